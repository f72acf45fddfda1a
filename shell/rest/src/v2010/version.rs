//! `/2010-04-01`: the API itself.

use crate::path::ROOT;
use crate::resource::Resource;
use crate::{Ask, Reply};

pub const ROUTES: &[Resource] =
    &[Resource::one("").get(|_, ask| Box::pin(std::future::ready(fetch(ask))))];

fn fetch(ask: &Ask) -> Reply {
    let version = api::Version {
        name: api::API_VERSION.to_owned(),
        uri: format!("{ROOT}.json"),
        subresource_uris: api::VersionUris {
            accounts: format!("{ROOT}/Accounts.json"),
        },
    };
    ask.found("Version", &version)
}
