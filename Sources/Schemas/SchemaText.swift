/// The JSON Schemas (2020-12) of every document, built into the program.
package enum SchemaText {
  package static let names = [
    "request", "analysis", "batch", "event", "probe", "mix", "mix-report", "loudness", "normalize",
    "text-review", "dataset", "cache", "log",
  ]

  /// The schema's text, or nil for a name that is not in ``names``.
  package static func named(_ name: String) -> String? {
    let bytes: [UInt8]
    switch name {
    case "request": bytes = PackageResources.request_schema_json
    case "analysis": bytes = PackageResources.analysis_schema_json
    case "batch": bytes = PackageResources.batch_schema_json
    case "event": bytes = PackageResources.event_schema_json
    case "probe": bytes = PackageResources.probe_schema_json
    case "mix": bytes = PackageResources.mix_schema_json
    case "mix-report": bytes = PackageResources.mix_report_schema_json
    case "loudness": bytes = PackageResources.loudness_schema_json
    case "normalize": bytes = PackageResources.normalize_schema_json
    case "text-review": bytes = PackageResources.text_review_schema_json
    case "dataset": bytes = PackageResources.dataset_schema_json
    case "cache": bytes = PackageResources.cache_schema_json
    case "log": bytes = PackageResources.log_schema_json
    default: return nil
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
