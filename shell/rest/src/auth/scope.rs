//! Which account a request is about, and whether whoever asks may ask that of it.

use super::{Asker, Right};
use crate::fault::Fault;
use crate::path::Path;
use crate::resource::Resource;
use hyper::Method;
use model::{Account, AccountSid, ErrorCode};
use std::sync::Arc;
use store::Directory;

/// The account a request is about: the one that asks, or one it has made.
pub fn scope(
    directory: &Directory,
    asker: &Asker,
    path: &Path,
    resource: &Resource,
    method: &Method,
) -> Result<Arc<Account>, Fault> {
    let own = &asker.account;
    if asker.right == Right::Key && resource.guarded {
        return Err(Fault::of(ErrorCode::AUTHENTICATE));
    }
    if !own.is_active() {
        return Err(Fault::of(ErrorCode::ACCOUNT_INACTIVE));
    }
    let meant = path.account();
    let meant = meant.map_or(Some(Arc::clone(own)), |sid| meant_by(directory, asker, sid));
    // Facts name 404 for a wrong account; so nobody learns which accounts exist.
    let meant = meant.ok_or_else(|| Fault::not_found(path.whole()))?;
    // What a suspended or closed account has left can be looked at and taken away by its parent,
    // and the account itself can be changed, or it would never be active again.
    let adds = *method == Method::POST && !path.fits("/Accounts/AC");
    if !meant.is_active() && adds {
        return Err(Fault::of(ErrorCode::ACCOUNT_INACTIVE));
    }
    Ok(meant)
}

fn meant_by(directory: &Directory, asker: &Asker, sid: AccountSid) -> Option<Arc<Account>> {
    let own = &asker.account;
    if asker.right == Right::Test {
        let test = own.test.as_ref().filter(|test| test.sid == sid);
        return test.map(|_| Arc::clone(own));
    }
    if own.sid == sid {
        return Some(Arc::clone(own));
    }
    let other = directory.account(sid)?;
    (other.owner == Some(own.sid)).then_some(other)
}
