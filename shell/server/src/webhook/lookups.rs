//! Asks the resolver, for each name once at a time.
//!
//! The machine's resolver keeps a thread for as long as a name's servers are silent, and there are
//! only so many. Requests for one dead name share one, so that they leave the others to the rest.

use std::collections::HashMap;
use std::future::Future;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// Where a name leads, or why that isn't known.
pub(super) type Found = Result<Vec<IpAddr>, String>;

/// The names that are being asked for. No longer than the requests that are under way.
#[derive(Clone, Default)]
pub(super) struct Lookups(Arc<Mutex<HashMap<String, watch::Receiver<Option<Found>>>>>);

impl Lookups {
    /// Where a name leads now. Who asks while it is being looked up waits for the same answer; who
    /// asks later has it looked up anew.
    pub async fn ask<F>(&self, host: &str, look: impl FnOnce(String) -> F) -> Found
    where
        F: Future<Output = Found> + Send + 'static,
    {
        let mut news = self.join(host, look);
        match news.wait_for(Option::is_some).await {
            Ok(found) => found.clone().unwrap_or_else(|| Ok(Vec::new())),
            Err(_) => Err("the resolver broke off".to_owned()),
        }
    }

    fn join<F>(&self, host: &str, look: impl FnOnce(String) -> F) -> watch::Receiver<Option<Found>>
    where
        F: Future<Output = Found> + Send + 'static,
    {
        let mut asked = self.asked();
        if let Some(news) = asked.get(host) {
            return news.clone();
        }
        let (tell, news) = watch::channel(None);
        asked.insert(host.to_owned(), news.clone());
        let (lookups, host) = (self.clone(), host.to_owned());
        let looking = look(host.clone());
        // A task of its own: an asker's deadline ends the asker's wait, not the others'.
        tokio::spawn(async move {
            let _over = Over(&lookups, host);
            // Askers who have all gone need no answer.
            let _ = tell.send(Some(looking.await));
        });
        news
    }

    fn asked(&self) -> MutexGuard<'_, HashMap<String, watch::Receiver<Option<Found>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes a name out, however its look-up ends.
struct Over<'a>(&'a Lookups, String);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.asked().remove(&self.1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;
    use std::sync::atomic::{AtomicU8, Ordering};
    use tokio::sync::Semaphore;

    /// A resolver that answers when it is let, each time with another address.
    #[derive(Clone)]
    struct Resolver(Arc<(Semaphore, AtomicU8)>);

    impl Resolver {
        fn new() -> Resolver {
            Resolver(Arc::new((Semaphore::new(0), AtomicU8::new(0))))
        }

        fn look(
            &self,
        ) -> impl FnOnce(String) -> std::pin::Pin<Box<dyn Future<Output = Found> + Send>> {
            let Resolver(shared) = self.clone();
            move |_| {
                let times = shared.1.fetch_add(1, Ordering::SeqCst) + 1;
                Box::pin(async move {
                    let _let = shared.0.acquire().await;
                    Ok(vec![IpAddr::V4(Ipv4Addr::new(192, 0, 2, times))])
                })
            }
        }

        fn asked(&self) -> u8 {
            self.0.1.load(Ordering::SeqCst)
        }
    }

    fn address(times: u8) -> Found {
        Ok(vec![IpAddr::V4(Ipv4Addr::new(192, 0, 2, times))])
    }

    #[tokio::test]
    async fn who_asks_for_the_same_name_shares_one_look() {
        let (lookups, resolver) = (Lookups::default(), Resolver::new());
        let one = lookups.ask("a.example", resolver.look());
        let two = lookups.ask("a.example", resolver.look());
        let (one, two, ()) = tokio::join!(one, two, async { resolver.0.0.add_permits(9) });
        assert_eq!((one, two, resolver.asked()), (address(1), address(1), 1));
        // What was found is not kept: the name may lead elsewhere by now.
        while !lookups.asked().is_empty() {
            tokio::task::yield_now().await;
        }
        assert_eq!(lookups.ask("a.example", resolver.look()).await, address(2));
    }

    #[tokio::test]
    async fn who_gives_up_leaves_the_look_to_the_others() {
        let (lookups, resolver) = (Lookups::default(), Resolver::new());
        let impatient = lookups.ask("a.example", resolver.look());
        let given_up = tokio::select! {
            biased;
            _ = impatient => false,
            () = tokio::task::yield_now() => true,
        };
        assert!(given_up);
        let other = lookups.ask("b.example", resolver.look());
        let patient = lookups.ask("a.example", resolver.look());
        let (other, patient, ()) =
            tokio::join!(other, patient, async { resolver.0.0.add_permits(9) });
        assert_eq!(
            (patient, other, resolver.asked()),
            (address(1), address(2), 2)
        );
    }
}
