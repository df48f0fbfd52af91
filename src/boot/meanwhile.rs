//! What answers while the store is waited for.

use std::io;
use std::net::TcpListener;
use std::num::NonZeroUsize;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, rt};
use ezqr_schema::Clock;

use crate::config::Http;
use crate::connections::{Terms, serve};
use crate::edge::routes;
use crate::middleware::{Refusals, RequestIds, Surroundings};

/// How long connections that were accepted are handed on to the worker: it would drop those it was not given
/// yet when it is stopped.
const HAND_OVER: Duration = Duration::from_millis(500);

/// How long connections may still be accepted after that was called off.
const LAST_ACCEPT: Duration = Duration::from_millis(50);

/// How long their requests are waited for.
const GRACE: Duration = Duration::from_secs(5);

/// A server that says that it starts.
pub(super) struct Meanwhile(ServerHandle);

impl Meanwhile {
    pub(super) fn start(listener: TcpListener, http: &Http, clock: &Clock) -> io::Result<Self> {
        let (clock, uri_limit_bytes) = (clock.clone(), http.uri_limit_bytes);
        // One request each: a client's next may be one for the server itself.
        let terms = Terms::of(http, NonZeroUsize::MIN).briefly(GRACE);
        let refusals = Arc::<Refusals>::default();
        let server = serve(listener, &terms, move || {
            let request_ids = Rc::new(RequestIds::new());
            let (clock, refusals) = (clock.clone(), Arc::clone(&refusals));
            let surroundings = Surroundings { clock, uri_limit_bytes, request_ids, refusals };
            App::new().configure(|app| routes::register_starting(app, &surroundings))
        })?;
        let handle = server.handle();
        rt::spawn(server);
        Ok(Self(handle))
    }

    /// Leaves new connections to the other server on the same socket, which must accept them by now: when this
    /// returns, nobody is told any more that the service starts, but for connections accepted before. Those are
    /// answered by a task that need not be waited for.
    pub(super) async fn end(self) -> rt::task::JoinHandle<()> {
        self.0.pause().await;
        // The thread that accepts hears of it a moment later.
        rt::time::sleep(LAST_ACCEPT).await;
        rt::spawn(async move {
            rt::time::sleep(HAND_OVER).await;
            self.0.stop(true).await;
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpStream;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use std::thread;

    use actix_web::{HttpResponse, HttpServer, web};

    use super::*;
    use crate::config::Layers;

    const REQUEST: &[u8] = b"GET /readyz HTTP/1.1\r\nHost: ezqr\r\nConnection: close\r\n\r\n";

    /// The status line of the answer to one request; empty when there was none.
    fn answered(mut stream: TcpStream) -> io::Result<String> {
        stream.write_all(REQUEST)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer.lines().next().unwrap_or_default().to_owned())
    }

    #[actix_web::test]
    async fn the_socket_goes_over_to_the_server_without_a_refused_connection() {
        let http = Layers::defaults().unwrap().check().unwrap().http;
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let meanwhile = Meanwhile::start(listener.try_clone().unwrap(), &http, &Clock::system()).unwrap();
        // It is accepted before the others, and asks when the server is there.
        let late = TcpStream::connect(address).unwrap();
        let (is_over, served) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let (is_over_too, served_too) = (Arc::clone(&is_over), Arc::clone(&served));
        let client = thread::spawn(move || {
            let mut starting = 0;
            while !is_over_too.load(Ordering::Relaxed) {
                match answered(TcpStream::connect(address).unwrap()).unwrap().as_str() {
                    "HTTP/1.1 503 Service Unavailable" => starting += 1,
                    "HTTP/1.1 200 OK" => drop(served_too.fetch_add(1, Ordering::Relaxed)),
                    other => panic!("{other:?} after {starting} and {served_too:?}"),
                }
            }
            starting
        });
        let served_some = async |least| {
            while served.load(Ordering::Relaxed) < least && !client.is_finished() {
                rt::time::sleep(Duration::from_millis(1)).await;
            }
        };
        rt::time::sleep(Duration::from_millis(20)).await;
        let app = || App::new().route("/readyz", web::get().to(HttpResponse::Ok));
        let server = HttpServer::new(app).workers(1).disable_signals().listen(listener).unwrap().run();
        let handle = server.handle();
        rt::spawn(server);
        served_some(1).await;
        let ended = meanwhile.end().await;
        assert_eq!(answered(late).unwrap(), "HTTP/1.1 503 Service Unavailable");
        ended.await.unwrap();
        let before = served.load(Ordering::Relaxed);
        served_some(before + 50).await;
        is_over.store(true, Ordering::Relaxed);
        assert!(client.join().unwrap() > 0, "it was asked while it started");
        handle.stop(false).await;
    }
}
