//! A resource: its path, and what answers each method.

use crate::path::{Kind, Path};
use crate::{Ask, Reply, Rest, own, v2010};
use hyper::Method;
use std::future::Future;
use std::pin::Pin;

/// Answers one request that has been let in.
pub type Handle = for<'a> fn(&'a Rest, &'a Ask) -> Pin<Box<dyn Future<Output = Reply> + Send + 'a>>;

/// One line of the table of routes; each file of `v2010/` has its own lines in `ROUTES`.
///
/// ```text
/// Resource::list("/Accounts/AC/Calls")
///     .get(|rest, ask| Box::pin(list(rest, ask)))
///     .post(|rest, ask| Box::pin(create(rest, ask)))
/// ```
pub struct Resource {
    /// See [`Path::fits`].
    pattern: &'static str,
    pub kind: Kind,
    /// Closed to standard API keys: what concerns accounts and keys themselves.
    pub guarded: bool,
    rehearse: Option<Handle>,
    get: Option<Handle>,
    post: Option<Handle>,
    delete: Option<Handle>,
}

impl Resource {
    const fn new(pattern: &'static str, kind: Kind) -> Resource {
        Resource {
            pattern,
            kind,
            guarded: false,
            rehearse: None,
            get: None,
            post: None,
            delete: None,
        }
    }

    /// A single thing.
    pub const fn one(pattern: &'static str) -> Resource {
        Resource::new(pattern, Kind::One)
    }

    /// A list, also had as a table.
    pub const fn list(pattern: &'static str) -> Resource {
        Resource::new(pattern, Kind::List)
    }

    /// A single thing that is also had as sound.
    pub const fn sound(pattern: &'static str) -> Resource {
        Resource::new(pattern, Kind::Sound)
    }

    /// One that is had as JSON only.
    pub const fn json(pattern: &'static str) -> Resource {
        Resource::new(pattern, Kind::Json)
    }

    /// Keeps standard API keys out.
    pub const fn guarded(mut self) -> Resource {
        self.guarded = true;
        self
    }

    /// Answers POST with test credentials: checks everything and does nothing.
    pub const fn rehearse(mut self, handle: Handle) -> Resource {
        self.rehearse = Some(handle);
        self
    }

    /// Answers GET and HEAD.
    pub const fn get(mut self, handle: Handle) -> Resource {
        self.get = Some(handle);
        self
    }

    /// Answers POST.
    pub const fn post(mut self, handle: Handle) -> Resource {
        self.post = Some(handle);
        self
    }

    /// Answers DELETE.
    pub const fn delete(mut self, handle: Handle) -> Resource {
        self.delete = Some(handle);
        self
    }

    /// Whether a path leads here.
    pub fn is_at(&self, path: &Path) -> bool {
        path.fits(self.pattern)
    }

    /// What answers this method.
    pub fn handle(&self, method: &Method) -> Option<Handle> {
        match *method {
            Method::GET | Method::HEAD => self.get,
            Method::POST => self.post,
            Method::DELETE => self.delete,
            _ => None,
        }
    }

    /// What answers this method when test credentials ask.
    pub fn rehearsal(&self, method: &Method) -> Option<Handle> {
        self.rehearse.filter(|_| *method == Method::POST)
    }

    /// The methods it has, as the header `Allow` lists them.
    pub fn allow(&self) -> String {
        let mut names = Vec::new();
        if self.get.is_some() {
            names.extend(["GET", "HEAD"]);
        }
        if self.post.is_some() {
            names.push("POST");
        }
        if self.delete.is_some() {
            names.push("DELETE");
        }
        names.push("OPTIONS");
        names.join(", ")
    }
}

/// The resource a path leads to. What is asked for most stands first; no path fits two.
pub fn at(path: &Path) -> Option<&'static Resource> {
    let mut all = v2010::TABLE.iter().chain(own::TABLE).copied().flatten();
    all.find(|resource| resource.is_at(path))
}
