//! Hashes of structures and values.

use super::{
    Types,
    atom::atom,
    error::{MAX_DEPTH, MAX_HASHED, Path, Problem, TypedDataError},
};
use alloy_primitives::{B256, keccak256};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Hasher of structures with some types.
pub(super) struct Hasher<'t> {
    types: &'t Types,
    /// `typeHash` by structure.
    hashes: BTreeMap<&'t str, B256>,
    /// Bytes left to hash.
    left: usize,
    /// Number of structures and lists around the value.
    depth: usize,
}

impl<'t> Hasher<'t> {
    pub(super) const fn new(types: &'t Types) -> Self {
        Self {
            types,
            hashes: BTreeMap::new(),
            left: MAX_HASHED,
            depth: 0,
        }
    }

    /// Counts `bytes` to hash for the value at `path`.
    fn count(&mut self, bytes: usize, path: &Path<'_>) -> Result<(), TypedDataError> {
        let left = self.left.checked_sub(bytes);
        self.left = left.ok_or_else(|| path.error(Problem::Hashed))?;
        Ok(())
    }

    /// Hashes the content of a structure or a list at `path` with `hash`.
    fn within<T>(
        &mut self,
        path: &Path<'_>,
        hash: impl FnOnce(&mut Self) -> Result<T, TypedDataError>,
    ) -> Result<T, TypedDataError> {
        if self.depth == MAX_DEPTH {
            return Err(path.error(Problem::Depth));
        }
        self.depth += 1;
        let hashed = hash(self);
        self.depth -= 1;
        hashed
    }

    /// Returns `hashStruct` of EIP-712.
    pub(super) fn structure(
        &mut self,
        kind: &str,
        value: &Value,
        path: &Path<'_>,
    ) -> Result<B256, TypedDataError> {
        let Some((name, fields)) = self.types.get_key_value(kind) else {
            return Err(path.error(Problem::UnknownType { kind: kind.into() }));
        };
        let Value::Object(values) = value else {
            return Err(path.mismatch(&format!("an object of type {kind}"), value));
        };
        let mut encoded = self.type_hash(name)?.to_vec();
        self.within(path, |hasher| {
            for field in fields {
                let path = Path::Field(path, &field.name);
                hasher.count(field.name.len(), &path)?;
                let value = values.get(&field.name);
                encoded.extend(hasher.word(&field.kind, value, &path)?);
            }
            Ok(keccak256(encoded))
        })
    }

    /// Returns `encodeData` of EIP-712 for one value.
    fn word(
        &mut self,
        kind: &str,
        value: Option<&Value>,
        path: &Path<'_>,
    ) -> Result<B256, TypedDataError> {
        let text = value.and_then(Value::as_str).map_or(0, str::len);
        self.count(text.saturating_add(kind.len() + 32), path)?;
        if self.types.contains_key(kind) {
            return match value {
                None | Some(Value::Null) => Ok(B256::ZERO),
                Some(value) => self.structure(kind, value, path),
            };
        }
        let value = value.ok_or_else(|| path.error(Problem::Missing { kind: kind.into() }))?;
        let Some((item, _)) = kind
            .strip_suffix(']')
            .and_then(|start| start.rsplit_once('['))
        else {
            return atom(kind, value).map_err(|problem| path.error(problem));
        };
        let Value::Array(values) = value else {
            return Err(path.mismatch(kind, value));
        };
        self.within(path, |hasher| {
            let mut encoded = Vec::new();
            for (index, value) in values.iter().enumerate() {
                encoded.extend(hasher.word(item, Some(value), &Path::Item(path, index))?);
            }
            Ok(keccak256(encoded))
        })
    }

    fn type_hash(&mut self, name: &'t str) -> Result<B256, TypedDataError> {
        if let Some(hash) = self.hashes.get(name) {
            return Ok(*hash);
        }
        let hash = keccak256(self.encode_type(name)?);
        self.hashes.insert(name, hash);
        Ok(hash)
    }

    /// Returns `encodeType` of EIP-712: the structure, then the structures that it refers to, in order of names.
    fn encode_type(&self, name: &'t str) -> Result<String, TypedDataError> {
        let mut found = BTreeSet::from([name]);
        let mut pending = vec![name];
        while let Some(next) = pending.pop() {
            for field in self.types.get(next).into_iter().flatten() {
                let inner = field.kind.split('[').next().unwrap_or_default();
                if let Some((inner, _)) = self.types.get_key_value(inner)
                    && found.insert(inner)
                {
                    pending.push(inner);
                }
            }
        }
        found.remove(name);
        let mut encoded = String::new();
        for kind in std::iter::once(name).chain(found) {
            if !is_name(kind) {
                let problem = Problem::TypeName { kind: kind.into() };
                return Err(Path::Root("types").error(problem));
            }
            let fields = self.types.get(kind).into_iter().flatten();
            let fields = fields.map(|field| format!("{} {}", field.kind, field.name));
            let fields: Vec<_> = fields.collect();
            encoded.push_str(&format!("{kind}({})", fields.join(",")));
        }
        Ok(encoded)
    }
}

/// Returns true if a structure may have this name, which must not hide a type of Solidity.
fn is_name(kind: &str) -> bool {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '$' | ':');
    let is_sized = ["uint", "int", "bytes"].iter().any(|base| {
        kind.strip_prefix(base)
            .is_some_and(|size| size.chars().all(|char| char.is_ascii_digit()))
    });
    !kind.is_empty()
        && kind.chars().all(is_plain)
        && !is_sized
        && !matches!(kind, "address" | "bool" | "string")
}
