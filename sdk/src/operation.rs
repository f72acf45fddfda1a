//! What an operation is made of, so that a resource is a few lines.
//!
//! `operation!` makes the type of one operation from its name in the contract, its method, what
//! it answers and its parameters. `resource!` makes a resource with one method for each of its
//! operations. Both kinds of client have them by the one definition.

use crate::ClientOf;
use crate::mode::Mode;
use crate::page::{PAGE_SIZE_MAX, Page, Step, Walk, told};
use crate::path::{Path, Product};
use crate::request::{Request, Target};
use crate::retry::Verb;
use crate::value::Value;
use api::Body;
use std::fmt;

/// An operation that is being put together, and who will carry it out.
pub(crate) struct Ask<M: Mode> {
    pub client: ClientOf<M>,
    pub request: Request,
    /// The most rows that are wanted of a list.
    pub limit: Option<u64>,
}

impl<M: Mode> Ask<M> {
    pub fn new(client: &ClientOf<M>, verb: Verb, path: Path) -> Ask<M> {
        Ask {
            client: client.clone(),
            request: Request::new(verb, path),
            limit: None,
        }
    }

    /// With a parameter.
    pub fn put<V: Value>(mut self, name: &'static str, value: V) -> Ask<M> {
        self.request.put(name, value);
        self
    }

    pub fn send<T: Body + Send + 'static>(self) -> M::Answer<T> {
        self.client.ask(self.request)
    }

    fn product(&self) -> Product {
        match &self.request.target {
            Target::Path(path) | Target::Sound(path, _) => path.product,
            Target::Told(product, _) => *product,
        }
    }

    /// Goes on where a page has ended.
    pub fn resume(&mut self, uri: String) {
        self.request = told(self.product(), uri);
    }

    fn walk<T>(mut self) -> (ClientOf<M>, Walk<T>) {
        let sized = self.request.parameter("PageSize").is_some();
        let told = matches!(self.request.target, Target::Told(..));
        if let Some(limit) = self.limit.filter(|_| !sized && !told) {
            // No larger pages than needed, and no more pages than needed.
            let size = u32::try_from(limit.clamp(1, PAGE_SIZE_MAX)).unwrap_or(u32::MAX);
            self.request.put("PageSize", size);
        }
        let product = self.product();
        (self.client, Walk::new(self.request, product, self.limit))
    }

    pub fn stream<T: Body + Send + 'static>(self) -> M::Stream<T> {
        let (client, walk) = self.walk();
        M::stream(client, walk)
    }

    /// All rows, up to the limit.
    pub fn all<T: Body + Send + 'static>(self) -> M::Answer<Vec<T>> {
        let (client, mut walk) = self.walk::<T>();
        client.carry(|connection| async move {
            let mut rows = Vec::new();
            loop {
                match walk.step() {
                    Step::Row(row) => rows.push(row),
                    Step::End => return Ok(rows),
                    Step::Fault(fault) => return Err(fault),
                    Step::Ask(request) => {
                        walk.take(connection.ask_page(&request).await)?;
                    }
                }
            }
        })
    }

    /// The first page alone.
    pub fn page<T: Body + Send + 'static>(self) -> M::Answer<Page<T>> {
        let request = self.request;
        self.client
            .carry(|connection| async move { connection.ask_page(&request).await.map(Page::from) })
    }
}

impl<M: Mode> Clone for Ask<M> {
    fn clone(&self) -> Self {
        Ask {
            client: self.client.clone(),
            request: self.request.clone(),
            limit: self.limit,
        }
    }
}

impl<M: Mode> fmt::Debug for Ask<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.request.fmt(f)
    }
}

/// What tells of itself what it sends: an operation, or all of a resource.
#[cfg(test)]
pub(crate) trait Describe {
    fn described() -> Vec<Described>;
}

/// What an operation is called in the contract and takes, for the test that compares.
#[cfg(test)]
pub(crate) struct Described {
    pub operation: &'static str,
    pub verb: &'static str,
    pub parameters: Vec<DescribedParameter>,
}

/// A parameter of an operation.
#[cfg(test)]
pub(crate) struct DescribedParameter {
    /// The method or the argument.
    pub rust: &'static str,
    pub wire: &'static str,
    pub kind: &'static str,
    pub many: bool,
    pub words: &'static [&'static str],
}

/// The type of one operation.
///
/// ```text
/// operation! {
///     /// What it does.
///     UpdateKey = "UpdateKey" POST -> api::Key,
///     (arguments that its resource's method takes: name "Wire": Type, …)
///     {
///         /// What it is.
///         friendly_name "FriendlyName": String;
///         events "Events": [Word];
///     }
/// }
/// ```
///
/// `GET`, `POST` and `DELETE` are sent; a `LIST` is also had as a stream and by pages.
///
/// Parameters that several operations have stand in a macro of their resource, which hands its
/// operation on to this one with a second block: `{ own } + settings`.
macro_rules! operation {
    (
        $(#[$doc:meta])*
        $name:ident = $operation:literal $kind:ident -> $out:ty,
        ($($arg:ident $argwire:literal: $argtype:tt),*)
        { $($(#[$paramdoc:meta])* $param:ident $wire:literal: $type:tt;)* }
    ) => {
        $(#[$doc])*
        #[must_use = "an operation does nothing until it is sent"]
        pub struct $name<M: $crate::mode::Mode> {
            ask: $crate::operation::Ask<M>,
        }

        impl<M: $crate::mode::Mode> $name<M> {
            pub(crate) fn at(client: &$crate::ClientOf<M>, path: $crate::path::Path) -> Self {
                let verb = $crate::operation::operation!(@verb $kind);
                $name { ask: $crate::operation::Ask::new(client, verb, path) }
            }

            $(
                $crate::operation::operation!(@set ($(#[$paramdoc])*) $param $wire $type);
            )*
        }

        $crate::operation::operation!(@send $kind $name $out);

        impl<M: $crate::mode::Mode> Clone for $name<M> {
            fn clone(&self) -> Self {
                $name { ask: self.ask.clone() }
            }
        }

        /// Without the values of its parameters.
        impl<M: $crate::mode::Mode> std::fmt::Debug for $name<M> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.ask.fmt(f)
            }
        }

        #[cfg(test)]
        impl $crate::operation::Describe for $name<$crate::mode::Async> {
            fn described() -> Vec<$crate::operation::Described> {
                #[allow(unused_mut, reason = "not every operation has parameters")]
                let mut parameters: Vec<$crate::operation::DescribedParameter> = vec![
                    $($crate::operation::operation!(@describe $arg $argwire $argtype),)*
                    $($crate::operation::operation!(@describe $param $wire $type),)*
                ];
                $crate::operation::operation!(@paging $kind parameters);
                vec![$crate::operation::Described {
                    operation: $operation,
                    verb: stringify!($kind),
                    parameters,
                }]
            }
        }
    };

    (
        $(#[$doc:meta])*
        $name:ident = $operation:literal $kind:ident -> $out:ty,
        $args:tt
        $own:tt
        + $shared:ident
    ) => {
        $shared! { $(#[$doc])* $name = $operation $kind -> $out, $args $own }
    };
    (
        $(#[$doc:meta])*
        $name:ident = $operation:literal $kind:ident -> $out:ty,
        $args:tt
        { $($own:tt)* }
        { $($shared:tt)* }
    ) => {
        $crate::operation::operation! {
            $(#[$doc])*
            $name = $operation $kind -> $out,
            $args
            { $($own)* $($shared)* }
        }
    };

    (@verb GET) => { $crate::retry::Verb::Get };
    (@verb LIST) => { $crate::retry::Verb::Get };
    (@verb POST) => { $crate::retry::Verb::Post };
    (@verb DELETE) => { $crate::retry::Verb::Delete };

    (@set ($(#[$doc:meta])*) $param:ident $wire:literal [$type:ident]) => {
        $(#[$doc])*
        ///
        #[doc = concat!("Parameter `", $wire, "`.")]
        pub fn $param(mut self, values: impl IntoIterator<Item = impl Into<$type>>) -> Self {
            let values = values.into_iter().map(Into::<$type>::into);
            self.ask.request.put_all($wire, values);
            self
        }
    };
    (@set ($(#[$doc:meta])*) $param:ident $wire:literal $type:ident) => {
        $(#[$doc])*
        ///
        #[doc = concat!("Parameter `", $wire, "`.")]
        pub fn $param(mut self, value: impl Into<$type>) -> Self {
            self.ask.request.put::<$type>($wire, value.into());
            self
        }
    };

    (@send LIST $name:ident $out:ty) => {
        impl<M: $crate::mode::Mode> $name<M> {
            /// How many rows a page has: 50 unless said, 1000 at most.
            ///
            /// Parameter `PageSize`.
            pub fn page_size(mut self, rows: u32) -> Self {
                self.ask.request.put("PageSize", rows);
                self
            }

            /// Which page is the first, counted from 0. Where a page has ended is better told by
            /// [`resume`](Self::resume).
            ///
            /// Parameter `Page`.
            pub fn page(mut self, number: u32) -> Self {
                self.ask.request.put("Page", number);
                self
            }

            /// Where the first page begins, as the one before told.
            ///
            /// Parameter `PageToken`.
            pub fn page_token(mut self, token: impl Into<String>) -> Self {
                self.ask.request.put::<String>("PageToken", token.into());
                self
            }

            /// No more rows than these.
            pub fn limit(mut self, rows: u64) -> Self {
                self.ask.limit = Some(rows);
                self
            }

            /// Goes on with the page that [`Page::next`](crate::Page::next) names; it knows the
            /// filters.
            pub fn resume(mut self, next: impl Into<String>) -> Self {
                self.ask.resume(next.into());
                self
            }

            /// All rows, up to the limit.
            pub fn send(self) -> M::Answer<Vec<$out>> {
                self.ask.all()
            }

            /// Row by row; a page is asked for when its first row is.
            pub fn stream(self) -> M::Stream<$out> {
                self.ask.stream()
            }

            /// One page, with the places of its neighbours.
            pub fn one_page(self) -> M::Answer<$crate::Page<$out>> {
                self.ask.page()
            }
        }
    };
    (@send $kind:ident $name:ident $out:ty) => {
        impl<M: $crate::mode::Mode> $name<M> {
            /// Sends it.
            pub fn send(self) -> M::Answer<$out> {
                self.ask.send()
            }
        }
    };

    (@describe $param:ident $wire:literal [$type:ident]) => {
        $crate::operation::operation!(@describe $param $wire $type, true)
    };
    (@describe $param:ident $wire:literal $type:ident) => {
        $crate::operation::operation!(@describe $param $wire $type, false)
    };
    (@describe $param:ident $wire:literal $type:ident, $many:literal) => {
        $crate::operation::DescribedParameter {
            rust: stringify!($param),
            wire: $wire,
            kind: <$type as $crate::value::Value>::KIND,
            many: $many,
            words: <$type as $crate::value::Value>::WORDS,
        }
    };

    (@paging LIST $parameters:ident) => {
        for (rust, wire, kind) in [
            ("page_size", "PageSize", "integer"),
            ("page", "Page", "integer"),
            ("page_token", "PageToken", "string"),
        ] {
            let paging = $crate::operation::DescribedParameter {
                rust,
                wire,
                kind,
                many: false,
                words: &[],
            };
            $parameters.push(paging);
        }
    };
    (@paging $kind:ident $parameters:ident) => {};
}

/// A resource: where it is, and a method for each of its operations.
///
/// ```text
/// resource! {
///     /// What it is.
///     Keys {
///         /// What it does.
///         update[sid](arguments) => UpdateKey = "UpdateKey" POST -> api::Key { parameters }
///             + settings
///     }
/// }
/// ```
///
/// What stands in brackets is a part of the path; arguments are parameters that can't be left out.
macro_rules! resource {
    (
        $(#[$doc:meta])*
        $name:ident {
            $(
                $(#[$methoddoc:meta])*
                $method:ident[$($part:ident)?]($($arg:ident $argwire:literal: $argtype:ident),*)
                    => $builder:ident = $operation:literal $kind:ident -> $out:ty
                    { $($params:tt)* }
                    $(+ $shared:ident)?
            )*
        }
    ) => {
        $(#[$doc])*
        pub struct $name<M: $crate::mode::Mode> {
            client: $crate::ClientOf<M>,
            path: $crate::path::Path,
        }

        impl<M: $crate::mode::Mode> $name<M> {
            pub(crate) fn at(client: &$crate::ClientOf<M>, path: $crate::path::Path) -> Self {
                $name { client: client.clone(), path }
            }

            $(
                $(#[$methoddoc])*
                pub fn $method(
                    &self,
                    $($part: impl AsRef<str>,)?
                    $($arg: impl Into<$argtype>,)*
                ) -> $builder<M> {
                    #[allow(unused_mut, reason = "not every operation has a part of its own")]
                    let mut path = self.path.clone();
                    $(path = path.below($part.as_ref());)?
                    #[allow(unused_mut, reason = "not every operation has arguments")]
                    let mut operation = $builder::at(&self.client, path);
                    $(operation.ask.request.put::<$argtype>($argwire, $arg.into());)*
                    operation
                }
            )*
        }

        impl<M: $crate::mode::Mode> std::fmt::Debug for $name<M> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.path.whole).finish()
            }
        }

        $(
            $crate::operation::operation! {
                #[doc = concat!(
                    "`", $operation, "`: [`", stringify!($name), "::", stringify!($method), "`]."
                )]
                $builder = $operation $kind -> $out,
                ($($arg $argwire: $argtype),*)
                { $($params)* }
                $(+ $shared)?
            }
        )*

        #[cfg(test)]
        impl $crate::operation::Describe for $name<$crate::mode::Async> {
            fn described() -> Vec<$crate::operation::Described> {
                let all: Vec<Vec<$crate::operation::Described>> =
                    vec![$(<$builder<_> as $crate::operation::Describe>::described()),*];
                all.into_iter().flatten().collect()
            }
        }
    };
}

pub(crate) use {operation, resource};
