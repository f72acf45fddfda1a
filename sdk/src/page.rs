//! Lists: a page, and the walk over all of them.

use crate::mode::Answer;
use crate::path::Product;
use crate::request::{Request, Target};
use crate::{Client, Error};
use api::{Body, Envelope};
use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// The most rows a page may have.
pub(crate) const PAGE_SIZE_MAX: u64 = 1_000;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page<T> {
    /// What it holds.
    pub rows: Vec<T>,
    /// Which one it is, counted from 0.
    pub number: u64,
    /// How many rows it has at most.
    pub size: u32,
    /// Where the next one is, if there is one: for the list's `resume`.
    pub next: Option<String>,
    /// Where the one before is.
    pub previous: Option<String>,
}

impl<T> From<Envelope<T>> for Page<T> {
    fn from(envelope: Envelope<T>) -> Page<T> {
        Page {
            rows: envelope.rows,
            number: envelope.page,
            size: envelope.page_size,
            next: envelope.uris.next,
            previous: envelope.uris.previous,
        }
    }
}

/// The way through a list: rows that are here, and where more are. It asks for nothing itself.
pub struct Walk<T> {
    rows: VecDeque<T>,
    product: Product,
    /// What is to be asked for when there are no more rows here.
    next: Option<Request>,
    /// How many rows may still be given.
    left: Option<u64>,
    /// Where the last page was.
    last: Option<String>,
    /// Why nothing more can be asked for.
    fault: Option<Error>,
}

/// What comes next.
pub(crate) enum Step<T> {
    /// A row.
    Row(T),
    /// A page has to be asked for.
    Ask(Request),
    /// What else there is can't be asked for.
    Fault(Error),
    /// Nothing.
    End,
}

impl<T> Walk<T> {
    pub(crate) fn new(first: Request, product: Product, limit: Option<u64>) -> Walk<T> {
        Walk {
            rows: VecDeque::new(),
            product,
            next: Some(first),
            left: limit,
            last: None,
            fault: None,
        }
    }

    pub(crate) fn step(&mut self) -> Step<T> {
        if self.left == Some(0) {
            return Step::End;
        }
        if let Some(row) = self.rows.pop_front() {
            if let Some(left) = &mut self.left {
                *left -= 1;
            }
            return Step::Row(row);
        }
        match (self.next.take(), self.fault.take()) {
            (Some(request), _) => Step::Ask(request),
            (None, Some(fault)) => Step::Fault(fault),
            (None, None) => Step::End,
        }
    }

    /// Takes the page that was asked for.
    pub(crate) fn take(&mut self, page: Result<Envelope<T>, Error>) -> Result<(), Error> {
        let page = page?;
        self.rows = page.rows.into();
        let Some(next) = page.uris.next else {
            return Ok(());
        };
        // A list that leads back to itself would never end. Its rows are good, though.
        if self.last.as_ref() == Some(&next) {
            let fault = format!("{next:?} is its own next page");
            self.fault = Some(Error::input(fault));
            return Ok(());
        }
        self.next = Some(told(self.product, next.clone()));
        self.last = Some(next);
        Ok(())
    }
}

/// Asks for an address that an answer told.
pub(crate) fn told(product: Product, uri: String) -> Request {
    let mut request = Request::new(crate::retry::Verb::Get, crate::path::Path::root());
    request.target = Target::Told(product, uri);
    request
}

/// A list, row by row; a page is asked for when its first row is. After an error it ends.
///
/// It is a `Stream` for those who have its combinators; [`next`](Stream::next) and
/// [`try_next`](Stream::try_next) do without.
#[must_use = "nothing is asked for until a row is"]
pub struct Stream<T> {
    client: Client,
    walk: Walk<T>,
    asking: Option<Answer<Envelope<T>>>,
}

impl<T> Unpin for Stream<T> {}

impl<T: Body + Send + 'static> Stream<T> {
    pub(crate) fn new(client: Client, walk: Walk<T>) -> Stream<T> {
        Stream {
            client,
            walk,
            asking: None,
        }
    }

    /// The next row; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        std::future::poll_fn(|context| self.poll_row(context)).await
    }

    /// The next row, as `while let Some(row) = rows.try_next().await?` has it.
    pub async fn try_next(&mut self) -> Result<Option<T>, Error> {
        self.next().await.transpose()
    }

    fn poll_row(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<T, Error>>> {
        loop {
            if let Some(asking) = &mut self.asking {
                let page = std::task::ready!(Pin::new(asking).poll(context));
                self.asking = None;
                if let Err(error) = self.walk.take(page) {
                    return Poll::Ready(Some(Err(error)));
                }
            }
            match self.walk.step() {
                Step::Row(row) => return Poll::Ready(Some(Ok(row))),
                Step::End => return Poll::Ready(None),
                Step::Fault(fault) => return Poll::Ready(Some(Err(fault))),
                Step::Ask(request) => {
                    self.asking = Some(self.client.page(request));
                }
            }
        }
    }
}

impl<T: Body + Send + 'static> futures_core::Stream for Stream<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_row(context)
    }
}

impl<T> fmt::Debug for Stream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").finish_non_exhaustive()
    }
}
