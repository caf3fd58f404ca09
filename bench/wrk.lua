-- Sends each request of a file once, with wrk: wrk … -s wrk.lua URL -- FILE. The file has, for each request, its length in
-- bytes, a line feed, and its bytes. Prints one line of JSON at the end.
local thread_of_all

function setup(thread)
  thread_of_all = thread
end

function init(args)
  local file = assert(io.open(args[1], 'rb'))
  requests = {}
  for length in function() return file:read('*n', '*l') end do
    requests[#requests + 1] = file:read(length)
  end
  file:close()
  sent = 0
  ran_out = false
end

function request()
  if sent == #requests then
    ran_out = true
    wrk.thread:stop()
    return requests[sent] -- wrk sends what it is given before it stops
  end
  sent = sent + 1
  return requests[sent]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"seconds":%f,"p50":%f,"p99":%f,"statuses":%d,"failures":%d,"ranOut":%s}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout, tostring(thread_of_all:get('ran_out'))
  ))
end
