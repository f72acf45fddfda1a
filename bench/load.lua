-- What wrk sends: the requests of a file, in turn, and what it prints: one line of JSON.
--
--   wrk … -s bench/load.lua URL -- FILE AUTHORIZATION [REPEAT]
--
-- A line of FILE is a method, a path and perhaps a form, with a blank between them.

local requests, at = {}, 0

function init(arguments)
   for line in io.lines(arguments[1]) do
      local method, path, form = line:match("^(%S+) (%S+) ?(.*)$")
      local headers = {
         ["Host"] = wrk.host .. ":" .. wrk.port,
         ["Authorization"] = arguments[2],
         ["Accept"] = "application/json",
      }
      if form ~= "" then
         headers["Content-Type"] = "application/x-www-form-urlencoded"
      else
         form = nil
      end
      requests[#requests + 1] = wrk.format(method, path, headers, form)
   end
end

function request()
   at = at % #requests + 1
   return requests[at]
end

function done(summary, latency)
   local seconds = summary.duration / 1e6
   local errors = summary.errors
   io.write(string.format(
      '{"per_second": %.0f, "p50_ms": %.2f, "p99_ms": %.2f, "worst_ms": %.1f, "answers": %d, '
         .. '"refused": %d, "broken": %d, "bytes": %d}\n',
      summary.requests / seconds, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
      latency.max / 1e3, summary.requests, errors.status,
      errors.connect + errors.read + errors.write + errors.timeout, summary.bytes))
end
