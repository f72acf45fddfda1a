curl -X POST 'https://example.com/myapp.php?bar=2&foo=1' \
  -H 'X-Twilio-Signature: L/OH5YylLD5NRKLltdqwSvS0BnU=' \
  --data-raw 'CallSid=CA1234567890ABCDE&Caller=%2B14158675310&Digits=1234' \
  -d 'From=%2B14158675310' -d 'To=%2B18005551212'
