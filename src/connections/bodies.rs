//! What becomes of a request's body: it is invited when it is wanted, and ends the connection when it is not.
//!
//! The framework answers `Expect: 100-continue` before any handler has looked at the request, and goes on reading a chunked
//! body that nobody wants for as long as it comes. So the application gets each body through [`Body`], which
//! knows whether it was asked for and whether it was read to its end.

use std::cell::{Cell, OnceCell, RefCell};
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_http::{BoxedPayloadStream, ConnectionType, Request, Response};
use actix_service::{Service, ServiceFactory, always_ready, fn_factory};
use actix_web::HttpMessage as _;
use actix_web::body::BoxBody;
use actix_web::dev::{AppConfig, Payload, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use futures_util::future::{Either, LocalBoxFuture};
use futures_util::{FutureExt as _, Stream, StreamExt as _};

use super::stream::Closing;

/// What the application answers.
type Answer = Result<ServiceResponse, actix_web::Error>;

/// The application of one worker, from where it is made to where expectations need it.
pub(super) struct Shared<A>(Rc<OnceCell<Rc<A>>>);

impl<A> Shared<A> {
    pub(super) fn new() -> Self {
        Self(Rc::default())
    }
}

impl<A> Clone for Shared<A> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<A> Shared<A>
where
    A: Service<Request, Response = ServiceResponse, Error = actix_web::Error> + 'static,
    A::Future: 'static,
{
    /// Makes the application and puts [`Bodies`] around it.
    pub(super) fn application<F>(
        &self,
        application: F,
    ) -> impl ServiceFactory<
        Request,
        Config = (),
        Response = ServiceResponse,
        Error = actix_web::Error,
        InitError = (),
        Service = Bodies<A>,
    > + use<A, F>
    where
        F: ServiceFactory<
                Request,
                Config = AppConfig,
                Response = ServiceResponse,
                Error = actix_web::Error,
                InitError = (),
                Service = A,
            > + 'static,
    {
        let (shared, application) = (self.clone(), Rc::new(application));
        fn_factory(move || {
            let (shared, application) = (shared.clone(), Rc::clone(&application));
            async move {
                let made = application.new_service(AppConfig::default()).await?;
                Ok(Bodies(Rc::clone(shared.0.get_or_init(|| Rc::new(made)))))
            }
        })
    }

    /// What meets `Expect: 100-continue`.
    pub(super) fn expectations(
        &self,
    ) -> impl ServiceFactory<
        Request,
        Config = (),
        Response = Request,
        Error = Response<BoxBody>,
        InitError = (),
        Service = Expectations<A>,
    > + use<A> {
        let shared = self.clone();
        fn_factory(move || std::future::ready(Ok(Expectations(shared.clone()))))
    }
}

/// The application, which is handed bodies that it must ask for.
pub(super) struct Bodies<A>(Rc<A>);

impl<A> Service<Request> for Bodies<A>
where
    A: Service<Request, Response = ServiceResponse, Error = actix_web::Error>,
    A::Future: 'static,
{
    type Response = ServiceResponse;
    type Error = actix_web::Error;
    type Future = Either<A::Future, LocalBoxFuture<'static, Answer>>;

    fn poll_ready(&self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&self, mut request: Request) -> Self::Future {
        if !matches!(request.payload(), Payload::None) {
            return Either::Right(attended(&*self.0, request, true).1);
        }
        let invited = request.extensions_mut().remove::<Invited>();
        match invited {
            Some(Invited(answer)) => Either::Right(answer),
            None => Either::Left(self.0.call(request)),
        }
    }
}

/// The rest of an answer whose body was invited meanwhile.
struct Invited(LocalBoxFuture<'static, Answer>);

/// Begins to answer a request before it says `100 Continue`, and says it only when the body is asked for: a request that is
/// refused without it gets its refusal and nothing before (RFC 9110, 10.1.1).
pub(super) struct Expectations<A>(Shared<A>);

impl<A> Service<Request> for Expectations<A>
where
    A: Service<Request, Response = ServiceResponse, Error = actix_web::Error>,
    A::Future: 'static,
{
    type Response = Request;
    type Error = Response<BoxBody>;
    type Future = LocalBoxFuture<'static, Result<Request, Response<BoxBody>>>;

    always_ready!();

    fn call(&self, request: Request) -> Self::Future {
        // Unreachable without one: the application is made before anything is answered.
        let Some(application) = self.0.0.get() else { return std::future::ready(Ok(request)).boxed_local() };
        let (body, answer) = attended(&**application, request, false);
        let mut answer = Some(answer);
        let answered_or_asked = poll_fn(move |context| {
            let polled = answer.as_mut().map_or(Poll::Pending, |answer| answer.poll_unpin(context));
            match polled {
                Poll::Ready(Ok(response)) => Poll::Ready(Err(response.into())),
                Poll::Ready(Err(error)) => Poll::Ready(Err(error.into())),
                Poll::Pending if body.is_asked_for.get() => {
                    body.is_invited.set(true);
                    let rest = Request::new();
                    if let Some(answer) = answer.take() {
                        rest.extensions_mut().insert(Invited(answer));
                    }
                    Poll::Ready(Ok(rest))
                }
                Poll::Pending => Poll::Pending,
            }
        });
        Box::pin(answered_or_asked)
    }
}

/// Hands the request over with its body behind a [`Body`], and closes the connection after the answer if that was not
/// read to its end.
fn attended<A>(
    application: &A,
    mut request: Request,
    is_invited: bool,
) -> (Rc<Body>, LocalBoxFuture<'static, Answer>)
where
    A: Service<Request, Response = ServiceResponse, Error = actix_web::Error>,
    A::Future: 'static,
{
    let body = Body::of(request.take_payload(), is_invited);
    let stream: BoxedPayloadStream = Box::pin(Reader(Rc::clone(&body)));
    *request.payload() = Payload::Stream { payload: stream };
    let closing = request.conn_data::<Closing>().cloned();
    let answer = application.call(request);
    let mut unanswered = Unanswered { body: Rc::clone(&body), closing, is_answered: false };
    let answer = async move {
        let mut answer = answer.await;
        unanswered.is_answered = true;
        if !unanswered.body.has_ended() {
            if let Some(closing) = &unanswered.closing {
                closing.begin();
            }
            if let Ok(response) = &mut answer {
                response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
            }
        }
        answer
    };
    (body, Box::pin(answer))
}

/// A request under way. Given up with a broken body, it leaves word that an answer is owed.
struct Unanswered {
    body: Rc<Body>,
    closing: Option<Closing>,
    is_answered: bool,
}

impl Drop for Unanswered {
    fn drop(&mut self) {
        if let Some(closing) = self.closing.as_ref().filter(|_| !self.is_answered && self.body.is_broken()) {
            closing.owe_refusal();
        }
    }
}

/// A body on its way.
struct Body {
    payload: RefCell<Payload>,
    /// Whether the client knows that it may send it.
    is_invited: Cell<bool>,
    is_asked_for: Cell<bool>,
    is_at_its_end: Cell<bool>,
}

impl Body {
    fn of(payload: Payload, is_invited: bool) -> Rc<Self> {
        let is_at_its_end = Cell::new(matches!(payload, Payload::None));
        Rc::new(Self {
            payload: RefCell::new(payload),
            is_invited: Cell::new(is_invited),
            is_asked_for: Cell::new(false),
            is_at_its_end,
        })
    }

    fn poll(&self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, PayloadError>>> {
        let polled = self.payload.borrow_mut().poll_next_unpin(context);
        if let Poll::Ready(None) = polled {
            self.is_at_its_end.set(true);
        }
        polled
    }

    /// Whether it was read to its end, or is here to its end.
    fn has_ended(&self) -> bool {
        self.pass_over();
        self.is_at_its_end.get()
    }

    /// Whether its next part is an error. The dispatcher leaves one before it gives a request up for its body, and at no
    /// other time: not when the client is gone, nor at the end of the process.
    fn is_broken(&self) -> bool {
        self.pass_over().is_some()
    }

    /// Reads what is here; answers the error at its end.
    fn pass_over(&self) -> Option<PayloadError> {
        while !self.is_at_its_end.get() {
            if let Err(error) = poll_fn(|context| self.poll(context)).now_or_never()?? {
                return Some(error);
            }
        }
        None
    }
}

/// A body as the application reads it.
struct Reader(Rc<Body>);

impl Stream for Reader {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let body = &self.0;
        body.is_asked_for.set(true);
        // Who polls this is polled anew as soon as it is invited: that happens in the same task.
        if body.is_invited.get() { body.poll(context) } else { Poll::Pending }
    }
}
