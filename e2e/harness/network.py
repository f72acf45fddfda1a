"""The two networks in which a story is played: the virtual phones of `ringback dev`, and real
phones that are registered to `ringback serve`. Both have a caller, an agent and a team of three,
who are asked to do the same."""

import threading
from concurrent.futures import ThreadPoolExecutor

from . import config
from .app import App
from .hear import hear, overlap
from .house import TOKEN, House
from .phone import Phone
from .sound import tone_share
from .wait import until

FLOWS = ("/menu", "/voicemail", "/screening", "/forwarding", "/hunt")
NUMBERS = dict(zip(FLOWS, (f"+1202555018{digit}" for digit in range(1, 6)), strict=True))
CALLER = "+12025550190"
TEAM = ("first", "second", "third")
# What the characters are called in the stories, and which virtual phone is like that.
VIRTUAL = {
    "talks": "+12025550101",
    "busy": "+12025550102",
    "rings": "+12025550103",
    "presses 1": "+12025550106",
    "leaves": "+12025550107",
    # Ours: a number whose document answers and presses the key.
    "presses 2": "+12025550186",
}
SPEECH = "Please tell the gardener that the yellow roses have to be watered every evening."
HELLO = "Hello? Who is it?"
CALLER_HZ, CALLED_HZ = 440, 620


class Virtual:
    """Phones inside the program. The caller is a call of the API's to the shop's number, which
    does what its document says: pauses, speaks, presses keys."""

    def __init__(self, agent, team, quiet):
        del quiet  # It says nothing unless it is told to.
        self.house = House()
        self.app = None
        self.agent = VIRTUAL[agent or "talks"]
        self.team = [VIRTUAL[role] for role in team]
        self.people = {CALLER: "caller", self.agent: "agent"}
        self.people |= dict(zip(self.team, TEAM, strict=False))

    def open(self):
        self.app = App(TOKEN)
        self.spoken = 0
        keys = "<Response><Say>Hello?</Say><Play digits='WWW2'/><Pause length='60'/></Response>"
        self.house.client().incoming_phone_numbers.create(
            phone_number=VIRTUAL["presses 2"], voice_url=self.app.route("/presses", keys)
        )

    def close(self):
        if self.app:
            self.app.close()

    def call(self, number):
        self.sid = self.house.client().calls.create(
            to=number, from_=CALLER, twiml="<Response><Pause length='600'/></Response>"
        ).sid

    def said(self):
        """What the phones wrote down, for whoever looks for a fault: the ladder has it all."""
        return ""

    def act(self):
        """The phones do by themselves what they are like."""

    def press(self, keys):
        self.do(f"<Play digits='{keys}'/>")

    def speak(self):
        """Says its sentence to the end."""
        self.spoken += 1
        path = f"/spoken/{self.spoken}"
        self.app.route(path, "<Response><Pause length='600'/></Response>")
        self.do(f"<Say>{SPEECH}</Say><Redirect>{self.app.url(path)}</Redirect>")
        self.app.wait(path)

    def do(self, verbs):
        twiml = f"<Response>{verbs}<Pause length='600'/></Response>"
        self.house.client().calls(self.sid).update(twiml=twiml)

    def hang_up(self):
        self.house.client().calls(self.sid).update(status="completed")

    def is_the_caller(self, samples, rate):
        heard = hear(samples, rate)
        return overlap(SPEECH, heard) >= 0.6, heard

    def is_the_agent(self, samples, rate):
        heard = hear(samples, rate)
        return overlap(HELLO, heard) >= 0.6, heard


class Real:
    """baresip phones. The caller and the called are moved from here, each at the moment at which
    its virtual counterpart does the same."""

    def __init__(self, agent, team, quiet):
        phones = [(name, f"password-of-{name}") for name in ("caller", "agent", "friend", *TEAM)]
        self.house = House(config=config.serve(phones=phones, numbers=(CALLER,)))
        self.passwords = dict(phones)
        self.agent = f"sip:agent@{self.house.sip}"
        self.team = [f"sip:{name}@{self.house.sip}" for name in TEAM]
        self.people = {name: name for name in self.passwords}
        self.quiet = quiet
        self.roles = {"agent": agent} if agent else {}
        self.roles |= dict(zip(TEAM, team, strict=False))
        self.phones = {}

    def open(self):
        """Phones register where the house is up; only those that the story needs, all at once."""
        tones = {"caller": None if self.quiet else CALLER_HZ}
        tones |= {name: CALLED_HZ for name in self.roles}
        if "busy" in self.roles.values():
            tones["friend"] = CALLED_HZ
        with ThreadPoolExecutor(len(tones)) as pool:
            list(pool.map(self.switch_on, *zip(*tones.items(), strict=True)))
        self.caller = self.phones["caller"]
        for name, role in self.roles.items():
            if role == "busy":
                # It is talking to somebody else.
                self.phones[name].dial(f"sip:friend@{self.house.sip}")
                self.phones["friend"].answer()
                self.phones[name].wait("CALL_ESTABLISHED")

    def switch_on(self, name, tone_hz):
        folder, password = self.house.folder.name, self.passwords[name]
        self.phones[name] = Phone(folder, name, self.house.sip, password, tone_hz, calls_max=1)

    def close(self):
        for phone in self.phones.values():
            phone.close()

    def call(self, number):
        self.caller.dial(f"sip:{number}@{self.house.sip}")

    def said(self):
        return "\n".join(f"{name}: {phone.said()}" for name, phone in self.phones.items())

    def act(self):
        """The phones do in turn what their roles say."""
        for name, role in self.roles.items():
            phone = self.phones[name]
            if role == "busy":
                continue
            phone.wait("CALL_INCOMING", 25)
            if role != "rings":
                phone.answer()
            if role.startswith("presses"):
                # It listens for as long as the question takes, and then a second more.
                self.heard_silence(phone)
                phone.press(role.split()[1])
            elif role == "leaves":
                passes(3)
                phone.hang_up()

    def heard_silence(self, phone):
        """Waits until the phone has heard somebody and then a second of nothing."""

        def silent():
            samples, rate = phone.heard_so_far()
            loud = [at for at in range(0, len(samples) - rate // 50, rate // 50)
                    if abs(samples[at : at + rate // 50]).max() > 0.01]
            return loud and len(samples) - loud[-1] > rate

        until(silent, 20, f"silence at {phone.name}")

    def press(self, keys):
        self.caller.press(keys)

    def speak(self):
        """It sounds all the time: lets it."""
        passes(3)

    def hang_up(self):
        self.caller.hang_up()

    def is_the_caller(self, samples, rate):
        return self.is_tone(samples, rate, CALLER_HZ)

    def is_the_agent(self, samples, rate):
        return self.is_tone(samples, rate, CALLED_HZ)

    def is_tone(self, samples, rate, tone_hz):
        inner = samples[rate // 2 : -rate // 2]
        share = tone_share(inner, rate, tone_hz)
        return share > 0.9, f"{share:.0%} of {tone_hz} Hz"


def passes(seconds):
    """How long somebody talks is what they do, not what a test waits for."""
    threading.Event().wait(seconds)
