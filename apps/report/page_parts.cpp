#include "apps/report/page_parts.hpp"

#include <fmt/format.h>

#include "apps/build_info.hpp"
#include "apps/report/svg.hpp"
#include "apps/report/text.hpp"

namespace sgdlimits::report {

namespace {

const char* const kStyle = R"(
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:1040px;margin:0 auto;padding:40px 28px 80px}h1{font-size:30px;line-height:1.2;margin:0 0 6px;letter-spacing:-.01em}
h2{font-size:20px;margin:48px 0 10px}.lead{color:var(--soft);margin:0 0 4px}.sum{font-size:18px;margin:22px 0 0}
code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.9em;overflow-wrap:anywhere}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:14px;margin:8px 0}
th{text-align:left;font-weight:600;color:var(--soft);border-bottom:1.5px solid var(--rule);padding:6px 12px 6px 0;vertical-align:bottom}
td{border-bottom:1px solid var(--rule);padding:7px 12px 7px 0;vertical-align:top}.claims td:first-child{min-width:190px}.claims td:nth-child(2){min-width:130px}td.n{font-variant-numeric:tabular-nums;white-space:nowrap}
.v{display:inline-block;padding:1px 9px;border-radius:10px;font-size:13px;font-weight:600;white-space:nowrap;border:1.5px solid}
.v-consistent{color:var(--c-langevin)}.v-refuted{color:var(--c-batch)}.v-undecided,.v-not{color:var(--soft)}
.bad{color:var(--c-batch);font-weight:600}.quiet{color:var(--soft)}
figure{margin:34px 0;padding:18px 16px 12px;background:var(--panel);border-radius:10px}figure h3{margin:0 0 10px;font-size:17px}
figcaption{font-size:13.5px;color:var(--soft);margin-top:8px}details{margin:4px 0;font-size:14px}summary{cursor:pointer;color:var(--soft)}
.matrix{display:inline-block;margin:4px 34px 12px 0;vertical-align:top}.matrix table{width:auto;border-left:1.5px solid var(--soft);border-right:1.5px solid var(--soft)}
.matrix td{border:0;padding:2px 12px;text-align:right}
)";

}  // namespace

std::string cell(const std::string& text, bool number) {
  return (number ? "<td class=\"n\">" : "<td>") + escaped(text) + "</td>";
}

std::string header(const std::vector<std::string>& names) {
  std::string html = "<div class=\"wide\"><table><thead><tr>";
  for (const std::string& name : names) html += "<th>" + escaped(name) + "</th>";
  return html + "</tr></thead><tbody>";
}

std::string badge(Verdict verdict) {
  const std::string name = to_string(verdict);
  const std::string css = verdict == Verdict::not_applicable ? "not" : name;
  return "<span class=\"v v-" + css + "\">" + escaped(name) + "</span>";
}

std::string expectation(Verdict verdict, Verdict expected) {
  if (verdict == expected) return "<td class=\"quiet\">" + escaped(to_string(expected)) + "</td>";
  return "<td class=\"bad\">" + escaped(to_string(expected)) + "</td>";
}

std::string pictures(const std::vector<Figure>& figures) {
  std::string html;
  for (const Figure& figure : figures) {
    html += "<figure><h3>" + escaped(figure.title) + "</h3>" + to_svg(figure) + "<figcaption>" +
            escaped(figure.caption) + "</figcaption></figure>";
  }
  return html.empty() ? "" : "<h2>Pictures</h2>" + html;
}

std::string page_begin(const std::string& title) {
  return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
         "content=\"width=device-width,"
         "initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\"><title>" +
         escaped(title) + "</title><style>" + svg_style() + kStyle + "</style></head><body><main>\n";
}

std::string page_end() {
  return fmt::format(
             "<h2>Where this comes from</h2><p>sgdlimits {} ({}), double precision throughout. <code>sgdlimits run "
             "experiment.toml</code> in this folder computes it again, to the same bytes on the same processor "
             "model; "
             "times, "
             "threads and machine stand in <code>manifest.json</code> alone.</p>\n",
             escaped(build_info().version), escaped(build_info().git_hash)) +
         "</main></body></html>\n";
}

}  // namespace sgdlimits::report
