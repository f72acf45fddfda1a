//! How operations are carried out: awaited, or waited for. Each is written once, as a future; the
//! mode says who drives it.

use crate::media::{Inflow, Media};
use crate::page::{Stream, Walk};
use crate::{ClientOf, Error};
use api::Body;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

pub(crate) mod sealed {
    use super::{Body, ClientOf, Error, Future, Inflow, Walk};

    /// What a mode does. Nobody else has one.
    pub trait Carry: Sized + Send + Sync + 'static {
        type Engine: Clone + Send + Sync + 'static;

        fn carry<T: Send + 'static>(
            engine: &Self::Engine,
            work: impl Future<Output = Result<T, Error>> + Send + 'static,
        ) -> <Self as super::Mode>::Answer<T>
        where
            Self: super::Mode;

        fn stream<T: Body + Send + 'static>(
            client: ClientOf<Self>,
            walk: Walk<T>,
        ) -> <Self as super::Mode>::Stream<T>
        where
            Self: super::Mode;

        fn media(engine: Self::Engine, inflow: Inflow) -> <Self as super::Mode>::Media
        where
            Self: super::Mode;
    }
}

/// How a client carries its operations out: [`Async`], or
/// [`Blocking`](crate::blocking::Blocking). There are no others.
pub trait Mode: sealed::Carry {
    /// What sending gives: a future of a result, or the result.
    type Answer<T: Send + 'static>;
    /// A list, row by row.
    type Stream<T: Body + Send + 'static>;
    /// A recording's sound, piece by piece.
    type Media: Send + 'static;
}

/// Operations are awaited, within a Tokio runtime.
#[derive(Debug, Clone, Copy)]
pub struct Async;

/// An answer that is on its way.
#[must_use = "nothing is sent until it is awaited"]
pub struct Answer<T>(Pin<Box<dyn Future<Output = Result<T, Error>> + Send>>);

impl<T> Future for Answer<T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

impl<T> fmt::Debug for Answer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").finish_non_exhaustive()
    }
}

impl Mode for Async {
    type Answer<T: Send + 'static> = Answer<T>;
    type Stream<T: Body + Send + 'static> = Stream<T>;
    type Media = Media;
}

impl sealed::Carry for Async {
    type Engine = ();

    fn carry<T: Send + 'static>(
        (): &(),
        work: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Answer<T> {
        Answer(Box::pin(work))
    }

    fn stream<T: Body + Send + 'static>(client: ClientOf<Async>, walk: Walk<T>) -> Stream<T> {
        Stream::new(client, walk)
    }

    fn media((): (), inflow: Inflow) -> Media {
        Media::new(inflow)
    }
}
