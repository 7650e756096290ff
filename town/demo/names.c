#include "town/demo/names.h"

#include <ctype.h>

struct syllable {
    const char *zh, *en;
};

static const struct syllable firsts[] = {
    {"禾", "He"},   {"岚", "Lan"}, {"澄", "Cheng"}, {"栎", "Li"},   {"砚", "Yan"},
    {"泊", "Bo"},   {"苇", "Wei"}, {"汀", "Ting"},  {"槿", "Jin"},  {"荻", "Di"},
    {"晞", "Xi"},   {"浔", "Xun"}, {"篁", "Huang"}, {"棠", "Tang"}, {"峤", "Qiao"},
    {"沅", "Yuan"}, {"桉", "An"},  {"芷", "Zhi"},   {"葭", "Jia"},  {"樾", "Yue"},
};
static const struct syllable seconds[] = {
    {"坞", "wu"}, {"渚", "zhu"},  {"塍", "cheng"}, {"汐", "xi"}, {"陌", "mo"},
    {"屿", "yu"}, {"庐", "lu"},   {"垄", "long"},  {"浦", "pu"}, {"埠", "bu"},
    {"畦", "qi"}, {"簟", "dian"}, {"筱", "xiao"},
};
enum {
    FIRSTS = sizeof(firsts) / sizeof(firsts[0]),
    SECONDS = sizeof(seconds) / sizeof(seconds[0]),
    PAIRS = FIRSTS * SECONDS,
    STEP = 77, /* coprime to PAIRS: neighbours get different characters, and none comes twice */
};
_Static_assert((int)PAIRS >= (int)DEMO_FACTORIES + (int)DEMO_APPLICANTS,
               "too few characters for all makers");

static const struct {
    const char *zh, *en;
    const char *kinds[DEMO_TRADE_KINDS + 1];
} trades[DEMO_TRADES] = {
    [TRADE_KITCHEN] = {"厨电厂",
                       "Kitchenware",
                       {"kettle", "rice-cooker", "egg-cooker", "hot-pot", "induction-cooker"}},
    [TRADE_BAKING] = {"烘焙电器厂", "Baking Works", {"air-fryer", "oven", "microwave", "toaster"}},
    [TRADE_DRINKS] = {"饮品电器厂", "Drinkware", {"juicer", "blender", "coffee-maker", "kettle"}},
    [TRADE_AIR] = {"环境电器厂", "Air Works", {"fan", "heater", "humidifier", "air-purifier"}},
    [TRADE_CARE] = {"生活电器厂",
                    "Home Appliances",
                    {"hair-dryer", "shaver", "iron", "garment-steamer", "vacuum-cleaner"}},
    [TRADE_LIGHT] = {"照明电工厂", "Light and Power", {"lamp", "extension-socket"}},
};

/* How the makers are shared among the trades: out of every sixteen. */
static const enum demo_trade shares[] = {
    TRADE_KITCHEN, TRADE_CARE,   TRADE_AIR,     TRADE_DRINKS, TRADE_BAKING,  TRADE_KITCHEN,
    TRADE_AIR,     TRADE_CARE,   TRADE_LIGHT,   TRADE_DRINKS, TRADE_KITCHEN, TRADE_CARE,
    TRADE_AIR,     TRADE_BAKING, TRADE_KITCHEN, TRADE_CARE,
};

void demo_name(int i, struct arena *arena, struct demo_name *out)
{
    int pair = i * STEP % PAIRS;
    const struct syllable *a = &firsts[pair % FIRSTS], *b = &seconds[pair / FIRSTS];
    out->trade = shares[i % (int)(sizeof(shares) / sizeof(shares[0]))];
    out->zh = str_of(arena_printf(arena, "%s%s%s", a->zh, b->zh, trades[out->trade].zh));
    out->en = str_of(arena_printf(arena, "%s%s %s", a->en, b->en, trades[out->trade].en));
    out->slug = str_of(arena_printf(arena, "%c%s%s", tolower(a->en[0]), a->en + 1, b->en));
    out->mark = str_of(arena_printf(arena, "%c%c", a->en[0], toupper(b->en[0])));
}

const char *demo_trade_kind(enum demo_trade trade, int i)
{
    return i >= 0 && i < DEMO_TRADE_KINDS ? trades[trade].kinds[i] : NULL;
}
