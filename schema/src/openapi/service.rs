//! The schemas of what the service says about itself.

use serde_json::json;

use super::references::{Named, named};

/// The schemas by name.
pub(super) fn schemas() -> Named {
    let count = |description: &str| json!({ "type": "integer", "minimum": 0, "description": description });
    named(json!({
        "Health": {
            "type": "object",
            "properties": { "status": { "const": "alive" } },
            "required": ["status"],
        },
        "Readiness": {
            "type": "object",
            "properties": {
                "status": {
                    "type": "string",
                    "enum": ["starting", "ready", "degraded", "unready", "draining"],
                    "description": "`starting`: the store is waited for. `degraded`: something crashed and was \
                                    rebuilt, or the store is away and known codes redirect still; requests are \
                                    welcome.",
                },
                "store": { "type": "string", "enum": ["running", "away", "failed"] },
                "actors": {
                    "type": "array",
                    "description": "The owners of state.",
                    "items": {
                        "type": "object",
                        "properties": {
                            "name": { "type": "string" },
                            "condition": {
                                "type": "string",
                                "enum": ["running", "restarting", "failed", "unresponsive", "stopped"],
                            },
                            "panics": count("How often it crashed."),
                            "restarts": count("How often it was rebuilt."),
                        },
                        "required": ["name", "condition", "panics", "restarts"],
                    },
                },
            },
            "required": ["status", "store", "actors"],
        },
    }))
}
