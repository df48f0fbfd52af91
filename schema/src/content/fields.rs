//! Reads an object field by field and keeps every fault.

use serde_json::{Map, Value};

use crate::fault::{FieldFault, pointer_to};

/// A fault was recorded in the [`Fields`] that gave this out.
///
/// Only [`Fields`] makes one, so whoever holds it knows that the object is refused.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refused(());

/// The fields of one object, taken by name.
pub(super) struct Fields<'value> {
    pointer: String,
    object: &'value Map<String, Value>,
    known: Vec<&'static str>,
    faults: Vec<FieldFault>,
}

impl<'value> Fields<'value> {
    /// Starts on an object that stands at `pointer` in the body.
    pub(super) fn new(pointer: String, object: &'value Map<String, Value>) -> Self {
        Self { pointer, object, known: Vec::new(), faults: Vec::new() }
    }

    /// Takes a field that may be missing or null. `rule` answers what the field must be.
    pub(super) fn optional<T>(
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

    /// Takes a field that must be there.
    pub(super) fn required<T>(
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
    pub(super) fn list<T>(
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

    /// Takes a field that may be missing and is an object of its own, read by `read`.
    pub(super) fn nested<T>(
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
    pub(super) fn refuse(&mut self, name: &str, detail: impl Into<String>) -> Refused {
        self.faults.push(FieldFault::new(format!("{}/{name}", self.pointer), detail));
        Refused(())
    }

    /// The outcome: what was built, unless anything was refused or a field was there that nobody took.
    pub(super) fn finish<T>(mut self, built: Result<T, Refused>) -> Result<T, Vec<FieldFault>> {
        let unknown = self.object.keys().filter(|name| !self.known.contains(&name.as_str()));
        for name in unknown {
            let detail = format!("is not a field of this object; its fields are {}", self.known.join(", "));
            self.faults.push(FieldFault::new(pointer_to(&self.pointer, name), detail));
        }
        match built {
            Ok(accepted) if self.faults.is_empty() => Ok(accepted),
            Ok(_) | Err(Refused(())) => Err(self.faults),
        }
    }

    fn take(&mut self, name: &'static str) -> Option<&'value Value> {
        self.known.push(name);
        self.object.get(name).filter(|value| !value.is_null())
    }
}
