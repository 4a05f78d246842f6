/// The report page's parts, built into the program: what every report has in common.
package enum ReportTemplate {
  /// The page, with `{{POLICY}}`, `{{STYLE}}`, `{{DATA}}` and `{{SCRIPT}}` where the rest goes, in this order.
  package static var page: [UInt8] { PackageResources.report_html }
  package static var style: [UInt8] { PackageResources.report_css }
  /// Several files that share one scope, in the order in which they run.
  package static var scripts: [[UInt8]] {
    [
      PackageResources.basics_js, PackageResources.files_js, PackageResources.filmstrip_js, PackageResources.lanes_js,
      PackageResources.timeline_js,
      PackageResources.sound_js, PackageResources.film_js, PackageResources.start_js,
    ]
  }
}
