//! `Idempotency-Key`: requests that mint, made safe to repeat.
//!
//! The answer is not kept; it is made again, from the body that comes again and from what is remembered: what
//! became of each item, and when. What may differ by then (the time, the hosts of links, limits) is left out of
//! the second judgement, so that whatever was minted is answered as minted.
//!
//! A duplicate of a request waits for the first and gets its answer. Whatever waits is bounded in number, bytes and
//! time, and per account: so it waits before its body is parsed, and lets go of it.

use std::sync::Arc;

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use ezqr_actors::codes::{Answered, Entered, MintAnswer, MintRefused, MintRequest, NamedMint, Place};
use ezqr_schema::wire::{ParseContext, Refused, all_or_nothing};
use ezqr_schema::{
    Code, FieldFault, IdempotencyKey, InvalidIdempotencyKey, ItemOutcome, LinkBase, NewCode, Owner, Problem,
    ProblemCode, RequestHash, Timestamp,
};
use ezqr_store::IdempotencyRecord;

use super::Edge;
use super::batches::OnError;
use super::images::PixelLimits;
use crate::config::{MOST_IMAGE_PIXELS, MOST_REQUEST_PIXELS};
use crate::problem::Fault;

const KEY: &str = "Idempotency-Key";

/// Says that an answer is a repeated one.
const REPLAYED: (HeaderName, HeaderValue) =
    (HeaderName::from_static("idempotent-replayed"), HeaderValue::from_static("true"));

/// A wish, or why it is refused.
pub(super) type Item = Result<NewCode, Refused>;

/// What items are judged by.
#[derive(Clone, Copy, Debug)]
pub(super) enum Terms {
    /// Everything: the rules, this time, the policies and limits of this server.
    Full(Timestamp),
    /// The rules alone, which never change.
    Content,
}

impl Terms {
    /// What bodies are judged by, where these are the hosts of short links.
    pub(super) const fn context(self, link_hosts: &[LinkBase]) -> ParseContext<'_> {
        match self {
            Self::Full(now) => ParseContext { now, link_hosts },
            Self::Content => ParseContext { now: Timestamp::EPOCH, link_hosts: &[] },
        }
    }

    /// How many pixels images may have. Whatever the limits are by now, what was minted is answered as minted; it is
    /// bounded by what any server can allow, because the first answer may have been records, which have no pixels.
    pub(super) fn pixel_limits(self, edge: &Edge) -> PixelLimits {
        match self {
            Self::Full(_) => PixelLimits { image: edge.image_pixels, request: edge.request_pixels },
            Self::Content => PixelLimits { image: MOST_IMAGE_PIXELS, request: MOST_REQUEST_PIXELS },
        }
    }
}

/// The key of a request, if its caller named it.
pub(super) fn key_of(request: &HttpRequest) -> Result<Option<IdempotencyKey>, Fault> {
    let mut values = request.headers().get_all(KEY);
    let Some(first) = values.next() else { return Ok(None) };
    let refuse = |detail: String| {
        Fault::from(Refused::one(FieldFault::new(KEY, detail).with_code(ProblemCode::InvalidIdempotencyKey)))
    };
    if values.next().is_some() {
        return Err(refuse("must be there once".to_owned()));
    }
    let key = first.to_str().map_err(|_| InvalidIdempotencyKey).and_then(IdempotencyKey::parse);
    key.map(Some).map_err(|error| refuse(error.to_string()))
}

/// A request that mints, named or not, in its turn.
pub(super) struct Repeatable<'edge> {
    edge: &'edge Edge,
    owner: Owner,
    on_error: OnError,
    body: Bytes,
    turn: Turn,
}

/// What is to be done about a request.
enum Turn {
    /// It has no name: it is carried out.
    Unnamed,
    /// No other of its name is under way: it is carried out, unless it turns out that it was.
    Named(Place),
    /// It was carried out, as the store tells.
    Recorded(Box<IdempotencyRecord>),
    /// It was carried out while it waited.
    Answered(Answered),
}

/// What a request made.
pub(super) struct Made<T> {
    pub(super) codes: Arc<[Code]>,
    /// By position in the request: why it is not among the codes.
    pub(super) problems: Vec<Option<Problem>>,
    /// What was prepared for the answer before anything was minted.
    pub(super) prepared: T,
    /// Whether it was made before.
    pub(super) replay: Replay,
}

/// Whether an answer repeats an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Replay(bool);

impl Replay {
    /// `answer`, which says so if it does.
    pub(super) fn mark(self, mut answer: HttpResponse) -> HttpResponse {
        if self.0 {
            let (name, value) = REPLAYED;
            answer.headers_mut().insert(name, value);
        }
        answer
    }
}

impl<'edge> Repeatable<'edge> {
    /// A request of `owner`, with its whole body, when it is its turn: while the same is under way it waits, without
    /// the body, which is the other's too.
    pub(super) async fn begin(
        edge: &'edge Edge,
        owner: &Owner,
        on_error: OnError,
        key: Option<IdempotencyKey>,
        request: &HttpRequest,
        body: Bytes,
    ) -> Result<Self, Fault> {
        let (body, turn) = match key {
            None => (body, Turn::Unnamed),
            Some(key) => {
                // A slash too many is the same route.
                let path = request.path().trim_end_matches('/');
                let (method, query) = (request.method().as_str(), request.query_string());
                let hash = RequestHash::of(method, path, query, &body);
                Self::line_up(edge, owner, key, hash, body).await?
            }
        };
        Ok(Self { edge, owner: owner.clone(), on_error, body, turn })
    }

    async fn line_up(
        edge: &Edge,
        owner: &Owner,
        key: IdempotencyKey,
        hash: RequestHash,
        body: Bytes,
    ) -> Result<(Bytes, Turn), Fault> {
        if let Some(record) = carried_out(edge, owner, &key, &hash).await? {
            return Ok((body, Turn::Recorded(record)));
        }
        match edge.handles.codes.enter(owner, key, hash, body).await? {
            Entered::First(place) => Ok((place.body().clone(), Turn::Named(place))),
            Entered::Next(place) => {
                let body = place.body().clone();
                match carried_out(edge, owner, place.key(), place.hash()).await? {
                    Some(record) => Ok((body, Turn::Recorded(record))),
                    None => Ok((body, Turn::Named(place))),
                }
            }
            Entered::Answered(answered) => Ok((answered.body.clone(), Turn::Answered(answered))),
        }
    }

    /// The body.
    pub(super) fn body(&self) -> &[u8] {
        &self.body
    }

    /// Mints what `judge` lets pass, or what it let pass when the same request was made before. `prepare` may
    /// refuse the request as a whole, before anything is minted; by the terms it is given, as `judge`.
    pub(super) async fn mint<T>(
        &self,
        judge: impl Fn(Terms) -> Result<Vec<Item>, Fault>,
        prepare: impl AsyncFn(Terms, &[NewCode]) -> Result<T, Fault>,
    ) -> Result<Made<T>, Fault> {
        let repeated = |codes| MintAnswer { codes, is_replayed: true };
        match &self.turn {
            Turn::Unnamed | Turn::Named(_) => self.mint_now(judge, prepare).await,
            Turn::Recorded(record) => {
                let reader = &self.edge.handles.reader;
                let codes = async |wishes| Ok(repeated(reader.codes_of(record, &self.owner, wishes)));
                repeat(&record.items, judge, prepare, codes).await
            }
            Turn::Answered(Answered { codes, items, .. }) => {
                repeat(items, judge, prepare, async |_| Ok(repeated(Arc::clone(codes)))).await
            }
        }
    }

    async fn mint_now<T>(
        &self,
        judge: impl Fn(Terms) -> Result<Vec<Item>, Fault>,
        prepare: impl AsyncFn(Terms, &[NewCode]) -> Result<T, Fault>,
    ) -> Result<Made<T>, Fault> {
        let terms = Terms::Full(self.edge.clock.now());
        let items = judge(terms)?;
        let outcomes: Arc<[ItemOutcome]> = items.iter().map(outcome).collect();
        let ask_again = async |recorded: Arc<[ItemOutcome]>| {
            repeat(&recorded, &judge, &prepare, async |codes| self.ask(codes, Arc::clone(&recorded)).await)
                .await
        };
        if self.refuses(&items) {
            if let Some(recorded) = self.recorded(&judge).await? {
                return ask_again(recorded).await;
            }
            return self.refuse(terms, items, prepare).await;
        }
        let mut codes = Vec::with_capacity(items.len());
        let mut problems = Vec::with_capacity(items.len());
        for item in items {
            problems.push(item.map(|code| codes.push(code)).err().map(Problem::from));
        }
        let prepared = match prepare(terms, &codes).await {
            // More pixels may have been allowed when the same request was made before.
            Err(fault) if fault.code == ProblemCode::ImageTooLarge => {
                return match self.recorded(&judge).await? {
                    Some(recorded) => ask_again(recorded).await,
                    None => Err(fault),
                };
            }
            prepared => prepared?,
        };
        match self.ask(codes, Arc::clone(&outcomes)).await {
            Ok(MintAnswer { codes, is_replayed }) => {
                if matches!(self.turn, Turn::Named(_)) {
                    problems = problems_of(&outcomes, &codes, judge)?;
                }
                Ok(Made { codes, problems, prepared, replay: Replay(is_replayed) })
            }
            Err(MintRefused::OtherItems(recorded)) => {
                // It may hold a place that the second preparation needs.
                drop(prepared);
                ask_again(recorded).await
            }
            Err(refused) => Err(refused.into()),
        }
    }

    /// Whether nothing of these is carried out.
    fn refuses(&self, items: &[Item]) -> bool {
        match self.on_error {
            OnError::Refuse => items.iter().any(Result::is_err),
            OnError::Continue => items.iter().all(Result::is_err),
        }
    }

    /// What became of the items when the same request was made before. Nothing is remembered of a request whose
    /// content refuses it.
    async fn recorded(
        &self,
        judge: &impl Fn(Terms) -> Result<Vec<Item>, Fault>,
    ) -> Result<Option<Arc<[ItemOutcome]>>, Fault> {
        let Turn::Named(place) = &self.turn else { return Ok(None) };
        if self.refuses(&judge(Terms::Content)?) {
            return Ok(None);
        }
        Ok(self.edge.handles.reader.recorded_items(&self.owner, place.key(), place.hash()).await?)
    }

    async fn refuse<T>(
        &self,
        terms: Terms,
        items: Vec<Item>,
        prepare: impl AsyncFn(Terms, &[NewCode]) -> Result<T, Fault>,
    ) -> Result<Made<T>, Fault> {
        let problems = match self.on_error {
            OnError::Refuse => all_or_nothing(items).map(|_| Vec::new())?,
            OnError::Continue => items.into_iter().map(|item| item.err().map(Problem::from)).collect(),
        };
        Ok(Made {
            codes: Arc::default(),
            problems,
            prepared: prepare(terms, &[]).await?,
            replay: Replay(false),
        })
    }

    async fn ask(&self, codes: Vec<NewCode>, items: Arc<[ItemOutcome]>) -> Result<MintAnswer, MintRefused> {
        let name = match &self.turn {
            Turn::Named(place) => Some(NamedMint { place: place.clone(), items }),
            Turn::Unnamed | Turn::Recorded(_) | Turn::Answered(_) => None,
        };
        self.edge.handles.codes.mint(MintRequest { owner: self.owner.clone(), codes, name }).await
    }
}

/// The record that proves that this very request was carried out, where one look tells.
async fn carried_out(
    edge: &Edge,
    owner: &Owner,
    key: &IdempotencyKey,
    hash: &RequestHash,
) -> Result<Option<Box<IdempotencyRecord>>, Fault> {
    match edge.handles.reader.carried_out(owner, key).await? {
        Some(record) if record.hash != *hash => Err(MintRefused::KeyReused.into()),
        record => Ok(record.map(Box::new)),
    }
}

/// Answers what is remembered as minted: `codes` gives what became of the wishes for it.
async fn repeat<T>(
    recorded: &[ItemOutcome],
    judge: impl Fn(Terms) -> Result<Vec<Item>, Fault>,
    prepare: impl AsyncFn(Terms, &[NewCode]) -> Result<T, Fault>,
    codes: impl AsyncFnOnce(Vec<NewCode>) -> Result<MintAnswer, MintRefused>,
) -> Result<Made<T>, Fault> {
    let items = judge(Terms::Content)?.into_iter().zip(recorded);
    let minted = items.filter(|(_, outcome)| **outcome == ItemOutcome::Minted);
    let wishes = minted.map(|(item, _)| item).collect::<Result<Vec<_>, _>>()?;
    let prepared = prepare(Terms::Content, &wishes).await?;
    let MintAnswer { codes, is_replayed } = codes(wishes).await?;
    let problems = problems_of(recorded, &codes, judge)?;
    Ok(Made { codes, problems, prepared, replay: Replay(is_replayed) })
}

fn outcome(item: &Item) -> ItemOutcome {
    match item {
        Ok(_) => ItemOutcome::Minted,
        Err(refused) if refused.code == ProblemCode::RedirectLoop => ItemOutcome::RedirectLoop,
        Err(_) => ItemOutcome::Refused,
    }
}

/// Why items are not among the codes: judged as of when these were minted, in the first answer as in every
/// other, so that all are alike.
fn problems_of(
    outcomes: &[ItemOutcome],
    minted: &[Code],
    judge: impl Fn(Terms) -> Result<Vec<Item>, Fault>,
) -> Result<Vec<Option<Problem>>, Fault> {
    let Some(minted_at) = minted.first().map(|code| code.created_at) else {
        return Err(Fault::unexplained());
    };
    if outcomes.iter().all(|outcome| *outcome == ItemOutcome::Minted) {
        return Ok(vec![None; outcomes.len()]);
    }
    let items = judge(Terms::Full(minted_at))?.into_iter().zip(outcomes).enumerate();
    let problem = |(index, (item, outcome)): (usize, (Item, &ItemOutcome))| {
        let code = match outcome {
            ItemOutcome::Minted => return None,
            ItemOutcome::Refused => ProblemCode::InvalidRequest,
            ItemOutcome::RedirectLoop => ProblemCode::RedirectLoop,
        };
        let refused = item.err().unwrap_or_else(|| {
            // This server has other settings than the one that refused it.
            let detail = "was refused when the request was made first";
            Refused::one(FieldFault::new(format!("/{index}"), detail).with_code(code))
        });
        Some(Problem::from(refused))
    };
    Ok(items.map(problem).collect())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_key_is_there_once_and_has_visible_characters() {
        let key = |values: &[&str]| {
            let request = values.iter().fold(TestRequest::default(), |request, value| {
                request.append_header((KEY, HeaderValue::from_bytes(value.as_bytes()).unwrap()))
            });
            key_of(&request.to_http_request())
        };
        assert_eq!(key(&[]).unwrap(), None);
        assert_eq!(key(&["\"a~7\""]).unwrap().unwrap().as_str(), "\"a~7\"");
        let refused: [&[&str]; 5] = [&[""], &["a b"], &["é"], &["a", "a"], &[&"k".repeat(256)]];
        for values in refused {
            let fault = key(values).unwrap_err();
            assert_eq!(fault.code, ProblemCode::InvalidIdempotencyKey, "{values:?}");
            assert!(fault.detail.starts_with("Idempotency-Key must "), "{}", fault.detail);
        }
    }
}
