#include "job/letter_fonts.h"

#include <cairo-ft.h>
#include <fcntl.h>
#include <fontconfig/fontconfig.h>
#include FT_ADVANCES_H
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "job/letter_role.h"

enum { PATH_BYTES = 1024, USUAL = 6, FREE = 4 };

struct letter_face {
    char path[PATH_BYTES];
    int index;
    FT_Face ft;
    cairo_font_face_t *cairo;
};

/* The usual names of the typefaces that the standard names, and free ones that come near. A '*'
 * asks for the bold one of a family. */
static const struct {
    const char *usual[USUAL], *free[FREE];
} known[LETTER_ROLES] = {
    [LETTER_MARK] = {{"FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "FZXBSJW--GB1-0"},
                     {"STZhongsong", "*Noto Serif CJK SC"}},
    [LETTER_TITLE] = {{"FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "FZXBSJW--GB1-0"},
                      {"STZhongsong", "*Noto Serif CJK SC"}},
    [LETTER_BODY] = {{"FangSong_GB2312", "FangSong", "FZFangSong-Z02S", "FZFangSong-Z02",
                      "STFangsong"},
                     {"Zhuque Fangsong", "Noto Serif CJK SC"}},
    [LETTER_HEAD] = {{"SimHei", "FZHei-B01S", "FZHei-B01", "STHeiti"}, {"*Noto Sans CJK SC"}},
    [LETTER_KAI] = {{"KaiTi_GB2312", "KaiTi", "FZKai-Z03S", "FZKai-Z03", "STKaiti"},
                    {"AR PL UKai CN", "LXGW WenKai", "AR PL KaitiM GB", "Noto Serif CJK SC"}},
    [LETTER_SONG] = {{"SimSun", "FZShuSong-Z01S", "FZShuSong-Z01", "STSong"},
                     {"Noto Serif CJK SC"}},
};
/* For what a role's own typeface does not have: rare characters of names. */
static const char *const rare[] = {"Noto Serif CJK SC", "Noto Sans CJK SC", "HanaMinA", "HanaMinB",
                                   "BabelStone Han"};

static const char places_xml[] =
    "<?xml version=\"1.0\"?><fontconfig><dir>/usr/share/fonts</dir>"
    "<dir>/usr/local/share/fonts</dir><cachedir>/var/cache/fontconfig</cachedir></fontconfig>";

/* ---- finding ---- */

static bool has_name(FcPattern *p, const char *object, const char *name)
{
    FcChar8 *said;
    for (int i = 0; FcPatternGetString(p, object, i, &said) == FcResultMatch; i++)
        if (strcasecmp((const char *)said, name) == 0)
            return true;
    return false;
}

/* Of a family's weights the one nearest to regular, or to bold. */
static FcPattern *find(FcFontSet *all, const char *name)
{
    bool is_bold = name[0] == '*';
    int wanted = is_bold ? FC_WEIGHT_BOLD : FC_WEIGHT_REGULAR, nearest = 1000;
    FcPattern *best = NULL;
    name += is_bold;
    for (int i = 0; all && i < all->nfont; i++) {
        FcPattern *p = all->fonts[i];
        int weight = FC_WEIGHT_REGULAR, slant = 0;
        FcBool varies = FcFalse;
        if (!has_name(p, FC_FAMILY, name) && !has_name(p, FC_FULLNAME, name) &&
            !has_name(p, FC_POSTSCRIPT_NAME, name))
            continue;
        FcPatternGetInteger(p, FC_WEIGHT, 0, &weight);
        FcPatternGetInteger(p, FC_SLANT, 0, &slant);
        FcPatternGetBool(p, FC_VARIABLE, 0, &varies);
        int far = abs(weight - wanted) + slant;
        if (varies || far >= nearest)
            continue;
        nearest = far;
        best = p;
    }
    return best;
}

/* ---- opening ---- */

static FT_Library library;

static void *map_file(const char *path, size_t *n)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    void *p = MAP_FAILED;
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0) {
        *n = (size_t)st.st_size;
        p = mmap(NULL, *n, PROT_READ, MAP_PRIVATE, fd, 0);
    }
    if (fd >= 0)
        close(fd);
    return p == MAP_FAILED ? NULL : p;
}

static bool open_face(struct letter_face *face)
{
    size_t n = 0;
    void *p = map_file(face->path, &n);
    if (!p)
        return false;
    if (FT_New_Memory_Face(library, p, (FT_Long)n, face->index, &face->ft) != 0) {
        munmap(p, n);
        return false;
    }
    face->cairo =
        cairo_ft_font_face_create_for_ft_face(face->ft, FT_LOAD_NO_HINTING | FT_LOAD_NO_BITMAP);
    return FT_IS_SCALABLE(face->ft) && face->ft->charmap &&
           cairo_font_face_status(face->cairo) == CAIRO_STATUS_SUCCESS;
}

static struct letter_face *face_of(struct letter_fonts *f, const char *path, int index)
{
    for (size_t i = 0; i < f->faces_n; i++)
        if (strcmp(f->faces[i]->path, path) == 0 && f->faces[i]->index == index)
            return f->faces[i];
    if (f->faces_n == LETTER_FACES_MAX)
        return NULL;
    struct letter_face *face = calloc(1, sizeof(*face));
    if (!face)
        return NULL;
    snprintf(face->path, sizeof(face->path), "%s", path);
    face->index = index;
    if (!open_face(face)) {
        free(face);
        return NULL;
    }
    return f->faces[f->faces_n++] = face;
}

static struct letter_face *by_name(struct letter_fonts *f, FcFontSet *all, const char *name)
{
    FcChar8 *path;
    int index = 0;
    if (name[0] == '/')
        return face_of(f, name, 0);
    FcPattern *p = find(all, name);
    if (!p || FcPatternGetString(p, FC_FILE, 0, &path) != FcResultMatch)
        return NULL;
    FcPatternGetInteger(p, FC_INDEX, 0, &index);
    return face_of(f, (const char *)path, index);
}

static bool chain(struct letter_fonts *f, enum letter_role role, struct letter_face *face)
{
    size_t *n = &f->chains_n[role];
    for (size_t i = 0; i < *n; i++)
        if (f->chains[role][i] == face)
            return true;
    if (!face || *n == LETTER_CHAIN_MAX)
        return false;
    f->chains[role][(*n)++] = face;
    return true;
}

/* The role's own typeface, by setting or usual name. */
static bool find_own(struct letter_fonts *f, FcFontSet *all, enum letter_role role,
                     struct str setting)
{
    char name[PATH_BYTES];
    struct str one;
    for (size_t at = 0; letter_fonts_next(setting, role, &at, &one);) {
        snprintf(name, sizeof(name), "%.*s", STR_ARG(one));
        if (chain(f, role, by_name(f, all, name)))
            return true;
    }
    for (size_t i = 0; i < USUAL && known[role].usual[i]; i++)
        if (chain(f, role, by_name(f, all, known[role].usual[i])))
            return true;
    return false;
}

/* Whether its full stop is not at its cell's left. */
static bool is_odd(const struct letter_face *face)
{
    FT_UInt index = FT_Get_Char_Index(face->ft, 0x3002);
    if (index == 0 || FT_Load_Glyph(face->ft, index, FT_LOAD_NO_SCALE) != 0)
        return false;
    const FT_Glyph_Metrics *m = &face->ft->glyph->metrics;
    return 2 * m->horiBearingX + m->width > m->horiAdvance * 4 / 5;
}

static bool find_role(struct letter_fonts *f, FcFontSet *all, enum letter_role role,
                      struct str setting)
{
    f->fallbacks[role] = !find_own(f, all, role, setting);
    for (size_t i = 0; i < FREE && known[role].free[i]; i++)
        if (f->chains_n[role] == 0)
            chain(f, role, by_name(f, all, known[role].free[i]));
    for (size_t i = 0; i < sizeof(rare) / sizeof(rare[0]); i++)
        chain(f, role, by_name(f, all, rare[i]));
    f->has_odd_marks[role] =
        f->fallbacks[role] && f->chains_n[role] > 1 && is_odd(f->chains[role][0]);
    if (f->chains_n[role] == 0)
        fprintf(stderr, "no font for %s (fonts-noto-cjk)\n", letter_role_name(role));
    return f->chains_n[role] > 0;
}

bool letter_fonts_load(struct str setting, struct letter_fonts *f)
{
    *f = (struct letter_fonts){0};
    FcConfig *c = FcConfigCreate();
    if (!c || !FcConfigParseAndLoadFromMemory(c, (const FcChar8 *)places_xml, FcTrue) ||
        !FcConfigBuildFonts(c) || FT_Init_FreeType(&library) != 0) {
        fprintf(stderr, "no fontconfig, or no FreeType\n");
        return false;
    }
    bool ok = true;
    for (int role = 0; role < LETTER_ROLES; role++)
        ok = find_role(f, FcConfigGetFonts(c, FcSetSystem), (enum letter_role)role, setting) && ok;
    FcConfigDestroy(c);
    return ok;
}

/* ---- characters ---- */

static unsigned index_in(FT_Face face, uint32_t c, uint32_t variation)
{
    unsigned index = variation ? FT_Face_GetCharVariantIndex(face, c, variation) : 0;
    return index ? index : FT_Get_Char_Index(face, c);
}

static bool is_mark(uint32_t c)
{
    return c == 0x3001 || c == 0x3002 || c == 0xff01 || c == 0xff0c || c == 0xff1a || c == 0xff1b ||
           c == 0xff1f;
}

bool letter_fonts_glyph(const struct letter_fonts *f, enum letter_role role, uint32_t c,
                        uint32_t variation, struct letter_glyph *out)
{
    for (size_t i = f->has_odd_marks[role] && is_mark(c); i < f->chains_n[role]; i++) {
        const struct letter_face *face = f->chains[role][i];
        FT_Fixed advance = 0;
        unsigned index = index_in(face->ft, c, variation);
        if (index == 0 || FT_Get_Advance(face->ft, index, FT_LOAD_NO_SCALE, &advance) != 0)
            continue;
        *out = (struct letter_glyph){face->cairo, index, (double)advance / face->ft->units_per_EM};
        return true;
    }
    return false;
}
