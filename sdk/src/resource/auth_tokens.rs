//! `/v1/AuthTokens`: the second token, by which an account changes its token without a gap.

use crate::mode::Mode;
use crate::operation::{operation, resource};
use api::{AuthToken, SecondaryAuthToken};

resource! {
    /// The account's tokens. To change the token without a gap: make a second one, give it to
    /// whoever asks, promote it.
    AuthTokens {}
}

operation! {
    /// `CreateSecondaryAuthToken`: [`AuthTokens::create_secondary`].
    CreateSecondaryAuthToken = "CreateSecondaryAuthToken" POST -> SecondaryAuthToken, () {}
}

operation! {
    /// `DeleteSecondaryAuthToken`: [`AuthTokens::delete_secondary`].
    DeleteSecondaryAuthToken = "DeleteSecondaryAuthToken" DELETE -> (), () {}
}

operation! {
    /// `UpdateAuthTokenPromotion`: [`AuthTokens::promote`].
    PromoteAuthToken = "UpdateAuthTokenPromotion" POST -> AuthToken, () {}
}

impl<M: Mode> AuthTokens<M> {
    /// Makes a second token, which is good beside the first.
    pub fn create_secondary(&self) -> CreateSecondaryAuthToken<M> {
        CreateSecondaryAuthToken::at(&self.client, self.path.below("Secondary"))
    }

    /// Takes the second token away.
    pub fn delete_secondary(&self) -> DeleteSecondaryAuthToken<M> {
        DeleteSecondaryAuthToken::at(&self.client, self.path.below("Secondary"))
    }

    /// Makes the second token the only one.
    pub fn promote(&self) -> PromoteAuthToken<M> {
        PromoteAuthToken::at(&self.client, self.path.below("Promote"))
    }
}
