//! The customer's web application: pages by path, each with its manners.

use model::{ErrorCode, Span, WebReply, WebRequest};
use std::collections::BTreeMap;

/// The host of every simulated application.
pub const HOST: &str = "http://app.example";

/// What one request to a page brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// How long the application thinks.
    pub after: Span,
    /// What it answers.
    pub answer: Answer,
}

/// What a page answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A document or a sound.
    Body {
        /// Its content type.
        content_type: Option<String>,
        /// Its bytes.
        body: Vec<u8>,
    },
    /// A status that is no success, or a connection that fails: the code a customer sees.
    Fails(ErrorCode, Option<u16>),
    /// Nothing, ever: the answer is lost on its way to call control.
    Lost,
}

/// An application: for each path the answers it gives, the last one for ever.
#[derive(Debug, Clone, Default)]
pub struct Customer {
    pages: BTreeMap<String, Vec<Page>>,
    asked: BTreeMap<String, usize>,
}

impl Customer {
    /// Adds an answer to a path; further ones answer further requests.
    pub fn page(&mut self, path: &str, page: Page) {
        self.pages.entry(path.to_owned()).or_default().push(page);
    }

    /// Every address that has a page.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.pages.keys().map(String::as_str)
    }

    /// What a request brings, and after how long; `None` if no answer ever comes.
    pub fn ask(&mut self, request: &WebRequest) -> Option<(Span, WebReply)> {
        let url = request.url.split(['#', '?']).next().unwrap_or("");
        let path = url.strip_prefix(HOST).unwrap_or(url).to_owned();
        let Some(pages) = self.pages.get(&path) else {
            return Some((
                Span::from_millis(20),
                failed(ErrorCode::HTTP_FAILURE, Some(404)),
            ));
        };
        let turn = self.asked.entry(path).or_default();
        let page = pages.get(*turn).or(pages.last())?;
        *turn += 1;
        let reply = match &page.answer {
            Answer::Lost => return None,
            Answer::Fails(code, status) => failed(*code, *status),
            Answer::Body { content_type, body } => WebReply::Answered {
                status: 200,
                content_type: content_type.clone(),
                body: body.clone(),
                url: request.url.clone(),
            },
        };
        Some((page.after, reply))
    }
}

fn failed(code: ErrorCode, status: Option<u16>) -> WebReply {
    WebReply::Failed {
        code,
        status,
        text: code.text().to_owned(),
    }
}
