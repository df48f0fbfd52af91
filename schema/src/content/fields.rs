//! Reads an object field by field and keeps every fault.

use serde_json::{Map, Value};

use crate::ProblemCode;
use crate::fault::{FieldFault, pointer_to};

/// Most unknown fields of an object that are named one by one: an answer must not be many times its request.
const UNKNOWN_NAMED: usize = 20;

/// A fault was recorded in the [`Fields`] that gave this out.
///
/// Only [`Fields`] makes one, so whoever holds it knows that the object is refused.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refused(());

/// The fields of one object, taken by name.
pub(crate) struct Fields<'value> {
    pointer: String,
    object: &'value Map<String, Value>,
    known: Vec<&'static str>,
    faults: Vec<FieldFault>,
    forbidden: &'static [&'static str],
    rest_passes: bool,
}

impl<'value> Fields<'value> {
    /// Starts on an object that stands at `pointer` in the body.
    pub(crate) fn new(pointer: String, object: &'value Map<String, Value>) -> Self {
        Self {
            pointer,
            object,
            known: Vec::with_capacity(16),
            faults: Vec::new(),
            forbidden: &[],
            rest_passes: false,
        }
    }

    /// Takes a field that may be missing or null. `rule` answers what the field must be.
    pub(crate) fn optional<T>(
        &mut self,
        name: &'static str,
        rule: impl FnOnce(&Value) -> Result<T, String>,
    ) -> Result<Option<T>, Refused> {
        let Some(value) = self.take(name) else { return Ok(None) };
        match rule(value) {
            Ok(accepted) => Ok(Some(accepted)),
            Err(detail) => Err(self.refuse(name, detail)),
        }
    }

    /// Takes a field of a JSON Merge Patch (RFC 7396): `None` when it is missing, `Some(None)` when it is
    /// null.
    #[expect(clippy::option_option, reason = "missing, null and a value are three things")]
    pub(crate) fn nullable<T>(
        &mut self,
        name: &'static str,
        rule: impl FnOnce(&Value) -> Result<T, String>,
    ) -> Result<Option<Option<T>>, Refused> {
        match self.given(name) {
            None => Ok(None),
            Some(Value::Null) => Ok(Some(None)),
            Some(value) => match rule(value) {
                Ok(accepted) => Ok(Some(Some(accepted))),
                Err(detail) => Err(self.refuse(name, detail)),
            },
        }
    }

    /// Takes a field that must be there.
    pub(crate) fn required<T>(
        &mut self,
        name: &'static str,
        rule: impl FnOnce(&Value) -> Result<T, String>,
    ) -> Result<T, Refused> {
        match self.optional(name, rule)? {
            Some(accepted) => Ok(accepted),
            None => Err(self.refuse(name, "is required")),
        }
    }

    /// Takes a field that may be missing, one value or an array of at most `most` values.
    pub(crate) fn list<T>(
        &mut self,
        name: &'static str,
        most: usize,
        rule: impl Fn(&Value) -> Result<T, String>,
    ) -> Result<Vec<T>, Refused> {
        let values = match self.take(name) {
            None => return Ok(Vec::new()),
            Some(Value::Array(values)) => values.as_slice(),
            Some(value) => {
                return rule(value).map(|one| vec![one]).map_err(|detail| self.refuse(name, detail));
            }
        };
        if values.len() > most {
            return Err(
                self.refuse(name, format!("holds {} values; at most {most} are allowed", values.len()))
            );
        }
        let mut accepted = Vec::with_capacity(values.len());
        let mut refused = None;
        for (position, value) in values.iter().enumerate() {
            match rule(value) {
                Ok(one) => accepted.push(one),
                Err(detail) => refused = Some(self.refuse(&format!("{name}/{position}"), detail)),
            }
        }
        refused.map_or(Ok(accepted), Err)
    }

    /// As [`Fields::list`], with at least one value.
    pub(crate) fn required_list<T>(
        &mut self,
        name: &'static str,
        most: usize,
        rule: impl Fn(&Value) -> Result<T, String>,
    ) -> Result<Vec<T>, Refused> {
        let values = self.list(name, most, rule)?;
        if values.is_empty() { Err(self.refuse(name, "is required")) } else { Ok(values) }
    }

    /// Takes a field that may be missing and is an object of its own, read by `read`.
    pub(crate) fn nested<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Fields<'_>) -> Result<T, Refused>,
    ) -> Result<Option<T>, Refused> {
        let object = match self.take(name) {
            None => return Ok(None),
            Some(Value::Object(object)) => object,
            Some(_) => return Err(self.refuse(name, "must be an object")),
        };
        let mut inner = Fields::new(pointer_to(&self.pointer, name), object);
        let built = read(&mut inner);
        inner.finish(built).map(Some).map_err(|faults| {
            self.faults.extend(faults);
            Refused(())
        })
    }

    /// Records a fault of the field `name`, a rule between several fields included.
    pub(crate) fn refuse(&mut self, name: &str, detail: impl Into<String>) -> Refused {
        self.faults.push(FieldFault::new(format!("{}/{name}", self.pointer), detail));
        Refused(())
    }

    /// Records a fault of the field `name` that has a problem of its own.
    pub(crate) fn refuse_as(&mut self, code: ProblemCode, name: &str, detail: impl Into<String>) -> Refused {
        self.faults.push(FieldFault::new(format!("{}/{name}", self.pointer), detail).with_code(code));
        Refused(())
    }

    /// Records faults whose pointers are relative to this object.
    pub(crate) fn refuse_all(&mut self, faults: Vec<FieldFault>) -> Refused {
        self.faults.extend(faults.into_iter().map(|fault| fault.under(&self.pointer)));
        Refused(())
    }

    /// Records a fault for each of `names` that is there, null included.
    pub(crate) fn forbid(&mut self, names: &'static [&'static str], detail: &str) {
        self.forbidden = names;
        for name in names.iter().filter(|name| self.object.contains_key(**name)) {
            self.faults.push(FieldFault::new(format!("{}/{name}", self.pointer), detail));
        }
    }

    /// Records a fault of the object as a whole.
    pub(crate) fn refuse_whole(&mut self, detail: impl Into<String>) -> Refused {
        self.faults.push(FieldFault::new(self.pointer.clone(), detail));
        Refused(())
    }

    /// Lets fields pass that nobody takes, because which fields there are hangs on one that was refused.
    pub(crate) fn let_rest_pass(&mut self) {
        self.rest_passes = true;
    }

    /// The outcome: what was built, unless anything was refused or a field was there that nobody took.
    pub(crate) fn finish<T>(mut self, built: Result<T, Refused>) -> Result<T, Vec<FieldFault>> {
        let is_known = |name: &&String| {
            let name = name.as_str();
            self.rest_passes || self.known.contains(&name) || self.forbidden.contains(&name)
        };
        let unknown = self.object.keys().filter(|name| !is_known(name));
        for name in unknown.clone().take(UNKNOWN_NAMED) {
            let detail = format!("is not a field of this object; its fields are {}", self.known.join(", "));
            self.faults.push(FieldFault::new(pointer_to(&self.pointer, name), detail));
        }
        let more = unknown.count().saturating_sub(UNKNOWN_NAMED);
        if more > 0 {
            self.faults.push(FieldFault::new(self.pointer, format!("holds {more} more unknown fields")));
        }
        match built {
            Ok(accepted) if self.faults.is_empty() => Ok(accepted),
            Ok(_) | Err(Refused(())) => Err(self.faults),
        }
    }

    /// Takes a field as it is; `None` when it is missing or null.
    pub(crate) fn take(&mut self, name: &'static str) -> Option<&'value Value> {
        self.given(name).filter(|value| !value.is_null())
    }

    /// Takes a field as it is, null included.
    pub(crate) fn given(&mut self, name: &'static str) -> Option<&'value Value> {
        self.known.push(name);
        self.object.get(name)
    }
}
