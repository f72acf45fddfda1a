"""The telephone of a small shop: five numbers, each led to one of the routes below.

    /menu          opening hours, or the state of an order
    /voicemail     leave a message
    /screening     the agent hears who calls and may decline
    /forwarding    straight to the agent, and both voices are recorded
    /hunt          three people, one after the other

An ordinary Flask application: TwiML by the official library, and nobody but the telephone
platform may ask. From the environment: TWILIO_AUTH_TOKEN, AGENT (a number or a SIP address), TEAM
(three of them, commas between), TALK_LIMIT (seconds that people may talk) and PORT.
"""

import json
import os

from flask import Flask, abort, request, url_for
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import VoiceResponse

AGENT = os.environ.get("AGENT", "+12025550101")
TEAM = os.environ.get("TEAM", "+12025550102,+12025550103,+12025550101").split(",")
TALK_LIMIT = int(os.environ.get("TALK_LIMIT", "3600"))
ALL_EVENTS = "initiated ringing answered completed"

app = Flask(__name__)
validator = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"])


@app.before_request
def is_it_the_platform():
    """Whoever can't sign with our token is sent away."""
    signature = request.headers.get("X-Twilio-Signature", "")
    if not validator.validate(request.url, request.form, signature):
        abort(403)


@app.after_request
def write_down(reply):
    """One line of JSON for each request that was answered."""
    if reply.status_code < 400:
        line = {"path": request.path, "query": request.args, "form": request.form}
        # In one piece with its end: several threads answer at once.
        print(json.dumps(line) + "\n", end="", flush=True)
    return reply


def twiml(response):
    return str(response), {"Content-Type": "text/xml"}


def ring(dial, whom, **attributes):
    """Colleagues have telephone numbers or SIP phones."""
    noun = dial.sip if whom.startswith("sip:") else dial.number
    noun(whom, **attributes)


# The menu.


@app.post("/menu")
def menu():
    response = VoiceResponse()
    gather = response.gather(num_digits=1, timeout=3, action=url_for("choice"))
    gather.say("For our opening hours, press 1. To ask about an order, press 2.")
    # We come here if no key was pressed: ask once more, then give up.
    if "again" in request.args:
        response.say("Goodbye.")
    else:
        response.redirect(url_for("menu", again="yes"))
    return twiml(response)


@app.post("/menu/choice")
def choice():
    response = VoiceResponse()
    match request.form["Digits"]:
        case "1":
            response.say("We are open from nine to five.")
        case "2":
            gather = response.gather(finish_on_key="#", timeout=10, action=url_for("order"))
            gather.say("Type the number of your order, and then the hash key.")
            response.redirect(url_for("menu"))
        case _:
            response.say("There is no such choice.")
            response.redirect(url_for("menu"))
    return twiml(response)


@app.post("/menu/order")
def order():
    response = VoiceResponse()
    response.say(f"Order {' '.join(request.form['Digits'])} is on its way.")
    return twiml(response)


# A message.


@app.post("/voicemail")
def voicemail():
    response = VoiceResponse()
    response.say("Leave a message after the beep. Press hash when you are done.")
    response.record(
        play_beep=True,
        max_length=60,
        timeout=3,
        finish_on_key="#",
        action=url_for("message_done"),
        recording_status_callback=url_for("recording"),
        recording_status_callback_event="in-progress completed absent",
    )
    # We come here if nothing was said.
    response.say("We heard nothing. Goodbye.")
    return twiml(response)


@app.post("/voicemail/done")
def message_done():
    response = VoiceResponse()
    response.say("Thank you for your message.")
    return twiml(response)


# The agent decides whether to take the call.


@app.post("/screening")
def screening():
    response = VoiceResponse()
    response.say("One moment, please.")
    dial = response.dial(timeout=15, time_limit=TALK_LIMIT, action=url_for("screened"))
    ring(dial, AGENT, url=url_for("whisper"))
    return twiml(response)


@app.post("/screening/whisper")
def whisper():
    """Only the agent hears this, before the two are joined."""
    caller = request.form["From"].removeprefix("sip:").split("@")[0]
    if caller.startswith("+"):
        caller = " ".join(caller[1:])
    response = VoiceResponse()
    gather = response.gather(num_digits=1, timeout=4, action=url_for("decision"))
    gather.say(f"A call from {caller}. Press 1 to take it.")
    response.hangup()
    return twiml(response)


@app.post("/screening/decision")
def decision():
    response = VoiceResponse()
    # Where the document ends without a Hangup, the two are joined.
    if request.form["Digits"] == "1":
        response.say("You are connected.")
    else:
        response.hangup()
    return twiml(response)


@app.post("/screening/done")
def screened():
    response = VoiceResponse()
    if request.form.get("DialBridged") == "true":
        response.say("Thank you for calling.")
    else:
        response.say("Nobody can take your call now. Please try again later.")
    return twiml(response)


# Straight to the agent, with a recording.


@app.post("/forwarding")
def forwarding():
    response = VoiceResponse()
    dial = response.dial(
        timeout=15,
        time_limit=TALK_LIMIT,
        # The caller hears ringing, and pays nothing, until the agent answers.
        answer_on_bridge="on_bridge" in request.args,
        record="record-from-answer-dual",
        recording_status_callback=url_for("recording"),
        recording_status_callback_event="in-progress completed absent",
        action=url_for("forwarded"),
    )
    ring(dial, AGENT, status_callback=url_for("leg"), status_callback_event=ALL_EVENTS)
    return twiml(response)


@app.post("/forwarding/done")
def forwarded():
    response = VoiceResponse()
    match request.form["DialCallStatus"]:
        case "completed":
            response.say("Thank you for calling.")
        case "busy":
            response.say("The line is busy. Please try again later.")
        case _:
            response.say("Nobody is there. Please try again later.")
    return twiml(response)


# Three people, one after the other.


@app.post("/hunt")
def hunt():
    response = VoiceResponse()
    dial = response.dial(
        sequential=True, timeout=5, time_limit=TALK_LIMIT, action=url_for("hunted")
    )
    for whom in TEAM:
        ring(dial, whom, status_callback=url_for("leg"))
    return twiml(response)


@app.post("/hunt/done")
def hunted():
    response = VoiceResponse()
    if request.form["DialCallStatus"] == "completed":
        response.say("Thank you for calling.")
    else:
        response.say("Nobody is there. Please leave a message.")
        response.redirect(url_for("voicemail"))
    return twiml(response)


# What we are told. The lines that `write_down` prints are all this shop makes of it.


@app.post("/events/recording")
def recording():
    return "", 204


@app.post("/events/leg")
def leg():
    return "", 204


@app.post("/events/call")
def call():
    return "", 204


if __name__ == "__main__":
    app.run(port=int(os.environ.get("PORT", "3000")))
