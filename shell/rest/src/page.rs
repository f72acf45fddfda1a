//! Pages of lists: which part is asked for, and where its neighbours are.

use crate::fault::Fault;
use crate::{Ask, date, token};
use api::{Envelope, PageUris};
use model::{ErrorCode, limit};
use store::{Key, Page, PageAsk, Start};

/// Which page of which list is asked for.
pub struct Paging {
    path: String,
    /// The filters again, ready to be followed by more parameters.
    filters: String,
    prefix: &'static str,
    page: u64,
    size: u32,
    start: Start,
    token: Option<String>,
}

impl Paging {
    /// Reads `PageSize`, `Page` and `PageToken`. `filters` are the names of filters
    /// that every page's address repeats, with their operators; `prefix` is what the rows'
    /// identifiers begin with.
    pub fn read(ask: &Ask, prefix: &'static str, filters: &[&str]) -> Result<Paging, Fault> {
        let size = match ask.query.given("PageSize").map(str::parse::<u64>) {
            None => limit::PAGE_SIZE_DEFAULT,
            Some(Ok(0) | Err(_)) => {
                return Err(Fault::parameter("PageSize must be a number from 1 to 1000"));
            }
            Some(Ok(size)) => u32::try_from(size)
                .ok()
                .filter(|size| *size <= limit::PAGE_SIZE_MAX)
                .ok_or_else(|| Fault::of(ErrorCode::PAGE_SIZE))?,
        };
        let page = match ask.query.given("Page").map(str::parse::<u32>) {
            None => 0,
            Some(Ok(page)) => u64::from(page),
            Some(Err(_)) => return Err(Fault::parameter("Page must be a number from 0 upwards")),
        };
        let token = ask.query.given("PageToken").map(str::to_owned);
        let start = match &token {
            Some(token) => {
                token::read(token, prefix).ok_or_else(|| Fault::of(ErrorCode::PAGE_TOKEN))?
            }
            None if page == 0 => Start::Top,
            None => Start::Skip(page * u64::from(size)),
        };
        let mut echo = form_urlencoded::Serializer::new(String::new());
        for (key, value) in ask.query.pairs() {
            if filters.iter().any(|name| date::is_filter(name, key)) {
                echo.append_pair(key, value);
            }
        }
        let mut filters = echo.finish();
        if !filters.is_empty() {
            filters.push('&');
        }
        let path = ask.path.whole().to_owned();
        Ok(Paging {
            path,
            filters,
            prefix,
            page,
            size,
            start,
            token,
        })
    }

    /// What the store is to be asked.
    pub fn ask(&self) -> PageAsk {
        PageAsk {
            size: self.size,
            start: self.start,
        }
    }

    /// The answer: rows shown by `show`, neighbours found by their `place`; named by the list's
    /// key in JSON and a row's element in XML.
    pub fn envelope<R, T>(
        &self,
        (key, item): (&'static str, &'static str),
        found: &Page<R>,
        place: impl Fn(&R) -> Option<Key>,
        show: impl Fn(&R) -> T,
    ) -> Envelope<T> {
        // Going back, there is a next page: the one we came from.
        let next = if matches!(self.start, Start::Before(_)) {
            true
        } else {
            found.more
        };
        let last = found.rows.last().and_then(&place);
        let first = found.rows.first().and_then(&place);
        let uris = PageUris {
            this: self.uri(self.page, self.token.clone()),
            first: self.uri(0, None),
            next: (next && !found.rows.is_empty()).then(|| {
                self.uri(
                    self.page + 1,
                    last.map(|key| token::write("PA", self.prefix, key)),
                )
            }),
            previous: (self.page > 0).then(|| {
                self.uri(
                    self.page - 1,
                    first.map(|key| token::write("PB", self.prefix, key)),
                )
            }),
        };
        let rows = found.rows.iter().map(show).collect();
        Envelope {
            key: key.into(),
            item: item.into(),
            rows,
            page: self.page,
            page_size: self.size,
            uris,
        }
    }

    fn uri(&self, page: u64, token: Option<String>) -> String {
        let token = token
            .map(|token| format!("&PageToken={token}"))
            .unwrap_or_default();
        let (path, filters, size) = (&self.path, &self.filters, self.size);
        format!("{path}?{filters}PageSize={size}&Page={page}{token}")
    }
}

/// The page that is asked for of rows that are all there, in order, newest first.
pub fn cut<T>(mut rows: Vec<T>, ask: &PageAsk, place: impl Fn(&T) -> Key) -> Page<T> {
    let size = ask.size as usize;
    let backwards = matches!(ask.start, Start::Before(_));
    match ask.start {
        Start::Top => {}
        Start::Skip(count) => {
            let count = usize::try_from(count).unwrap_or(usize::MAX);
            rows.drain(..count.min(rows.len()));
        }
        Start::After(key) => rows.retain(|row| place(row) < key),
        Start::Before(key) => rows.retain(|row| place(row) > key),
    }
    let more = rows.len() > size;
    if backwards {
        rows.drain(..rows.len().saturating_sub(size));
    } else {
        rows.truncate(size);
    }
    Page { rows, more }
}
