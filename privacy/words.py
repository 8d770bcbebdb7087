"""Words that tell a sentence about a password from a password.

"My password is wrong" holds no secret, "my password is wombat" does. These lists hold what people
say about passwords; a word that stands in none of them, where a password is expected, is hidden.
They lean to hiding: a word too few costs one word of a message, a word too many leaks a password.
"""

from __future__ import annotations


def word_set(words: str) -> frozenset[str]:
    """Return the words of a text that are separated by white space."""
    return frozenset(words.split())


# Words that glue sentences: after a password they begin something else, and where a password is
# expected they say that none follows.
FUNCTION_WORDS = word_set(
    """
    a an the this that these those my your our his her their its mine yours i i'm i've i'd i'll im
    ive id you you're u ur we we're he she it it's they they're me us him them who whom whose what
    what's which where when why how whether if because cause cuz coz since as than then so but and
    or nor while after before until till once unless although though however also too either
    neither both all any some each every everytime no none nothing something anything everything
    someone somebody anyone anybody nobody everyone one ones two three other another same such more
    most less least few many much enough several again ever never
    of in on at to for from with without by about into onto over under up down out off through
    during between against via per like
    is isn't isnt was wasn't wasnt are aren't arent were weren't be been being am has hasn't have
    haven't had hadn't do don't dont does doesn't doesnt did didn't didnt done can can't cant cannot
    could couldn't will won't wont would wouldn't shall should shouldn't may might must let let's
    lets keeps keep kept gets get got getting go goes going gone went
    please pls plz plse thanks thank thx ty cheers help hi hello hey sorry ok okay yes yeah yep nope
    well oh ah um uh lol haha hmm
    now currently still yet already just only really very quite rather pretty actually apparently
    probably maybe perhaps always usually sometimes often normally suddenly somehow anyway anymore
    here there today yesterday tomorrow tonight lately recently earlier later soon ago currently
    correctly properly
    """
)

# They come before a password and before a remark about one alike: look at the next word.
ADVERBS = word_set(
    """
    still now currently just actually simply really literally always usually normally probably
    maybe definitely certainly exactly supposedly apparently obviously basically also again either
    totally completely entirely clearly absolutely 100% so too very quite bloody damn freaking
    fucking called like eg e.g set
    """
)

# What a password can be said to be. No noun follows them in that place, unlike in a passphrase.
STATES = word_set(
    """
    wrong incorrect correct right invalid valid expired expiring old new outdated different same
    unchanged changed updated reset resetted blocked locked unlocked disabled deactivated suspended
    forgotten lost missing gone broken dead blank empty unknown unclear hidden masked visible safe
    secure insecure unsafe weak strong short long longer shorter good bad fine great okay simple
    complex complicated easy hard difficult tricky impossible possible useless ridiculous annoying
    stupid messed fucked screwed rejected refused accepted declined denied recognized recognised
    unrecognized unrecognised stolen compromised leaked hacked exposed breached phished known saved
    stored remembered shown displayed sent emailed mailed texted shared unable able required needed
    necessary mandatory optional temporary permanent default generated random automatic unavailable
    available active inactive working matching accurate acceptable allowed forbidden false true
    identical similar case-sensitive case alphanumeric numeric encrypted hashed confidential private
    personal failing failed not stuck bugged buggy glitchy faulty important due overdue about
    supposed meant asked
    """
)

# What else follows in such sentences: things, doings and errors around a log-in.
TOPICS = word_set(
    """
    reset resetting resets recovery recover recovering change changes changing changed update
    updating manager managers protected protection protector field fields box form forms page pages
    screen hint hints question questions policy policies rule rules requirement requirements
    request requests requested prompt link links email emails e-mail mail mails message messages
    sms text notification letter issue issues problem problems trouble error errors fail fails
    failure failing failed login logins log logs logging logged signin sign signing signed access
    account accounts username usernames user users name names id profile settings setting security
    section option options button tab site website web shop store app application portal system
    browser computer laptop desktop phone mobile tablet device devices iphone ipad android mac
    windows chrome firefox safari edge opera google facebook apple amazon paypal twitter instagram
    microsoft linkedin github outlook gmail yahoo hotmail order orders customer service support
    agent chat bot register registration signup checkout password passwords passcode passphrase
    pass pw pwd pin code codes credentials otp verification verify verifying character characters
    chars letter letters digit digits number numbers symbol symbols uppercase lowercase special
    length strength combination word words time times try tries attempt attempts trial day days
    week weeks month months year years minute minutes hour hours second seconds
    work works worked working match matches matched accept accepts accepting let letting lets allow
    allows allowing asking ask asks says said saying say tells told telling tell giving gives give
    gave given shows showing show coming comes came come appears appear need needs needing want
    wants wanted wanting wish forget forgets forgot forgetting lose loses losing lost remember
    remembers remembering recall know knows think thought believe guess guessing use uses used
    using enter enters entered entering type types typed typing put puts putting set sets setup
    setting create creates created creating make makes making made choose chose chosen pick picked
    write wrote find finds finding found see seen saw look looking send sends sending receive
    receives received receiving got lock locks locking block blocks blocking expire expires
    try tries tried trying driving bothering bugging causing acting playing having taking stopped
    stops stop started starts start click clicked clicking press pressed open opened opens check
    checked checking confirm confirmed confirming contain contains containing include includes
    including consist consists exist exists cost costs begin begins end ends safe everywhere
    somewhere elsewhere anywhere nowhere case sensitive because instead except regarding re faq
    howto guide instructions expiry expiration rotation sharing storage generator checker vault
    storing saving typo typos mistake wrongly bit lot kind sort matter thing things reason point
    concern worry goal fact protect prevent avoid improve comply meet ensure fix
    """
)

INNOCENT = FUNCTION_WORDS | ADVERBS | STATES | TOPICS

# Topics that are popular passwords: "my password is google" gives one, "my password is google
# chrome related" does not.
POPULAR = word_set(
    """
    password passwords passwort passcode passphrase pass pin login google facebook apple amazon
    paypal twitter instagram microsoft linkedin github outlook gmail yahoo hotmail chrome firefox
    safari iphone ipad android windows computer hello secret welcome
    """
)

# They end the search for "is" between "the password" and its value.
CLAUSE_BREAKS = word_set(
    "and but because cause cuz so or if when while then since although though unless until after "
    "before please can can't could"
)

# A number with one of these behind it is a measure: "8 characters", "90 days old".
UNITS = word_set(
    "character characters chars char letter letters digit digits number numbers symbol symbols "
    "word words long time times day days week weeks month months year years minute minutes hour "
    "hours attempt attempts tries more different old"
)

# They take a "pass" that opens no account.
OTHER_PASSES = word_set(
    "boarding season day bus train travel ski annual gift backstage guest visitor free member "
    "membership festival monthly weekly rail museum parking hall delivery prime"
)
