//! What has grown old is thrown away.

use crate::app::App;
use crate::limit;
use crate::store::StoreError;

/// Throws away what is old, as long as the program runs.
pub async fn run(app: App) {
    loop {
        match once(&app).await {
            Ok(0) => {}
            Ok(gone) => tracing::info!("{gone} keys of old calls were thrown away"),
            Err(error) => tracing::error!("keys of old calls can't be thrown away: {error}"),
        }
        tokio::time::sleep(limit::CALL_KEYS_SWEPT).await;
    }
}

/// Throws away the keys of calls that are old; says how many.
///
/// # Errors
/// When the database is away.
pub async fn once(app: &App) -> Result<u64, StoreError> {
    let before = app.clock.moment().earlier(limit::CALL_KEY_LIFE);
    app.store.forget_call_keys(before).await
}
