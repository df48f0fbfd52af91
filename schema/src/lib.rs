//! The vocabulary of ezqr: ids, units, domain and wire types, problems and DDL.
//!
//! Every other crate depends on this one, and it on none of them. It does no I/O, knows no HTTP framework
//! and no store; what it reads from the machine (clock, randomness) has one file each.
//!
//! Invariant: a value of these types is valid. Texts from outside become one by `parse` or not at all.

#![forbid(unsafe_code)]

mod account;
mod alias;
mod api_key;
mod bounded_text;
mod clock;
mod code;
mod code_id;
mod code_patch;
mod content;
mod entropy;
mod environment;
mod error_correction;
mod fault;
mod fingerprint;
mod idempotency;
mod ids;
mod installation;
pub mod leb128;
mod link;
mod link_base;
mod list_position;
mod metadata;
mod migration;
mod new_code;
pub mod openapi;
mod permutation;
mod problem;
mod rate;
pub mod scan;
mod scope;
mod sequence;
mod short_code;
mod shown_status;
mod target_url;
mod timestamp;
pub mod wire;

pub use account::{Account, AccountStatus, Plan};
pub use alias::{Alias, InvalidAlias};
pub use api_key::{ApiKey, InvalidKeySecret, KeyHash, KeySecret, Pepper};
pub use bounded_text::{ExternalId, InvalidText, Name, Tag};
pub use clock::{Clock, ManualClock};
pub use code::{Code, CodeStatus, Tags, TooManyTags, Version};
pub use code_id::{CodeId, InvalidCodeId};
pub use code_patch::{CodePatch, LinkField, MetadataPatch, PatchRefused};
pub use content::{ContentType, Payload, PayloadError};
pub use entropy::{EntropyError, random_bytes};
pub use environment::{Environment, InvalidEnvironment, Owner};
pub use error_correction::ErrorCorrection;
pub use fault::{FieldFault, pointer_to};
pub use fingerprint::InstallationFingerprint;
pub use idempotency::{IdempotencyKey, IdempotentRequest, InvalidIdempotencyKey, ItemOutcome, RequestHash};
pub use ids::{AccountId, KeyId};
pub use installation::{CodeIds, InstallationSecret, ShortCodes};
pub use link::{LinkBaseId, ShortPath};
pub use link_base::{LinkBase, LinkBaseError, LinkCapitals};
pub use list_position::ListPosition;
pub use metadata::{InvalidMetadata, Metadata, MetadataMembers};
pub use migration::{CQL_MIGRATIONS, Migration, SQLITE_MIGRATIONS, SQLITE_SCANS_MIGRATIONS};
pub use new_code::{Minted, NewCode};
pub use problem::{Problem, ProblemCode};
pub use rate::{InvalidRate, Rate};
pub use scope::{Scope, Scopes};
pub use sequence::{BLOCK_PAGES, Block, OutOfNumbers, PAGE_CODES, Page, Sequence};
pub use short_code::ShortCode;
pub use shown_status::ShownStatus;
pub use target_url::{TargetUrl, TargetUrlError, UnusableTarget};
pub use timestamp::{InvalidTimestamp, Timestamp};
