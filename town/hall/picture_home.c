/* Drawings of what keeps a home warm, cool, clean and bright, and its people tidy. */
#include "town/hall/picture_kinds.h"

/* --- fan: on a stand, on a desk, or a tower --- */

static void fan_head(struct pen *p, double cx, double cy, double r)
{
    pen_oval(p, "#ffffff59", cx, cy, r, r);
    for (int i = 0; i < 5; i++)
        buf_printf(p->out,
                   "<path d=\"M%g %gc%g %g %g %g %g %gc%g %g %g %g %g %gz\" fill=\"" FLAT
                   "\" transform=\"rotate(%d %g %g)\"/>",
                   cx, cy, r * 0.2, -r * 0.2, r * 0.56, -r * 0.32, r * 0.5, -r * 0.66, -r * 0.1,
                   -r * 0.3, -r * 0.46, -r * 0.24, -r * 0.5, r * 0.66, i * 72, cx, cy);
    for (int i = 1; i <= 4; i++)
        pen_ring(p, "#5f6f6952", 1.6, cx, cy, r * (0.28 + i * 0.17));
    for (int i = 0; i < 12; i++)
        buf_printf(p->out,
                   "<path d=\"M%g %gV%g\" stroke=\"#5f6f69\" stroke-opacity=\".3\" "
                   "stroke-width=\"1.6\" transform=\"rotate(%d %g %g)\"/>",
                   cx, cy - r * 0.26, cy - r, i * 30, cx, cy);
    pen_ring(p, TRIM, r * 0.07, cx, cy, r);
    pen_oval(p, BODY, cx, cy, r * 0.25, r * 0.25);
    pen_oval(p, p->accent, cx, cy, r * 0.1, r * 0.1);
}

static void fan_tower(struct pen *p)
{
    pen_oval(p, DARK, 200, 340, 92, 14);
    pen_rect(p, BODY, 148, 40, 104, 298, 46);
    pen_rect(p, DARK, 166, 104, 68, 180, 26);
    for (int i = 0; i < 15; i++)
        pen_rect(p, "#c7d2cd8c", 172, 116 + i * 11, 56, 3, 1.5);
    pen_screen(p, 172, 62, 56, 26);
    pen_gloss(p, 40, "M158 84H166V300Q158 298 158 286Z");
}

void draw_fan(struct pen *p)
{
    int form = pen_choice(p, 1, 3);
    if (form == 2) {
        fan_tower(p);
        return;
    }
    if (form == 1) {
        pen_path(p, BODY, "M168 262H232L242 326H158Z");
        pen_oval(p, BODY, 200, 336, 84, 17);
        pen_oval(p, TRIM, 200, 332, 62, 9);
        pen_buttons(p, 200, 308, 3, 18);
        fan_head(p, 200, 162, 118);
        return;
    }
    pen_rect(p, METAL, 192, 208, 16, 130, 4);
    pen_oval(p, BODY, 200, 340, 88, 13);
    pen_rect(p, BODY, 180, 240, 40, 56, 14);
    pen_buttons(p, 200, 268, 1, 34);
    fan_head(p, 200, 142, 104);
}

void draw_iron(struct pen *p)
{
    pen_path(p, METAL,
             "M30 330C60 282 120 254 176 252H336Q350 252 350 266V330Q350 344 336 344H44"
             "Q24 344 30 330Z");
    pen_path(p, BODY, "M52 312C84 262 128 218 190 212H330Q350 212 350 232V318H58Q48 318 52 312Z");
    pen_path(p, TRIM,
             "M128 236C160 158 220 132 286 132H318Q346 132 346 160V214H318V176Q318 164 304 164"
             "H282C238 164 208 182 188 216Z");
    pen_gloss(p, 40, "M86 300C116 262 150 238 194 230C166 248 142 270 128 300Z");
    pen_path(p, GLASS, "M206 232H300Q310 232 310 242V262Q310 272 300 272H182Q186 244 206 232Z");
    pen_path(p, "#8fc7e08c", "M187 254H310V262Q310 272 300 272H183Q184 262 187 254Z");
    pen_oval(p, p->accent, 222, 152, 12, 7);
    if (pen_choice(p, 1, 2))
        pen_dial(p, 250, 296, 18);
    pen_line(p, INK, 9, "M344 150C372 150 372 110 352 92");
    pen_shade(p, 14, "M40 326H350V330Q350 344 336 344H44Q28 344 40 326Z");
}

/* --- heater: ceramic tower, radiant sun, or oil radiator --- */

static void heater_sun(struct pen *p)
{
    pen_rect(p, METAL, 190, 262, 20, 66, 4);
    pen_oval(p, BODY, 200, 338, 84, 15);
    pen_oval(p, BODY, 200, 166, 124, 124);
    pen_oval(p, "#f2b04e80", 200, 166, 108, 108);
    pen_oval(p, GLOW, 200, 166, 100, 100);
    for (int i = 1; i < 5; i++)
        pen_ring(p, "#ffffff66", 2, 200, 166, i * 24);
    pen_oval(p, METAL, 200, 166, 22, 22);
    pen_gloss(p, 30, "M104 150C112 106 146 80 184 76C148 94 128 118 122 156Z");
}

static void heater_oil(struct pen *p)
{
    pen_rect(p, DARK, 74, 326, 40, 24, 10);
    pen_rect(p, DARK, 250, 326, 40, 24, 10);
    for (int i = 0; i < 7; i++)
        pen_rect(p, BODY, 62 + i * 34, 96, 31, 236, 14);
    pen_rect(p, TRIM, 300, 108, 54, 222, 16);
    pen_dial(p, 327, 160, 19);
    pen_dial(p, 327, 214, 19);
    pen_oval(p, "#f2b04e", 327, 262, 6, 6);
    pen_line(p, METAL, 10, "M84 96V78Q84 68 94 68H264Q274 68 274 78V96");
}

static void heater_ceramic(struct pen *p)
{
    pen_oval(p, DARK, 200, 340, 90, 13);
    pen_rect(p, BODY, 118, 74, 164, 266, 40);
    pen_rect(p, "#241a16", 140, 124, 120, 176, 20);
    pen_oval(p, EMBER, 200, 216, 50, 78);
    for (int i = 0; i < 12; i++)
        pen_rect(p, "#120d0bd9", 146, 136 + i * 13, 108, 4, 2);
    pen_screen(p, 166, 86, 68, 26);
    pen_gloss(p, 38, "M128 112H136V310Q128 308 128 296Z");
}

void draw_heater(struct pen *p)
{
    switch (pen_choice(p, 1, 3)) {
    case 0: heater_ceramic(p); break;
    case 1: heater_sun(p); break;
    default: heater_oil(p); break;
    }
}

void draw_hair_dryer(struct pen *p)
{
    bool ring = pen_choice(p, 1, 2);
    pen_line(p, INK, 8, "M206 330C206 364 262 340 300 350");
    if (ring) {
        pen_rect(p, BODY, 170, 150, 58, 190, 28);
        pen_oval(p, BODY, 200, 122, 92, 82);
        pen_oval(p, SCREEN, 200, 122, 52, 46);
        pen_ring(p, METAL, 5, 200, 122, 54);
        pen_oval(p, "#8fb8a94c", 200, 122, 46, 40);
        pen_gloss(p, 42, "M122 108C130 76 156 56 186 50C160 68 146 88 142 116Z");
    } else {
        pen_path(p, BODY, "M196 172H262L244 320Q242 340 222 340H212Q192 340 192 320Z");
        pen_path(p, BODY, "M82 76L250 60C316 60 338 100 338 132S312 204 250 204L82 188Z");
        pen_path(p, TRIM, "M46 84Q46 76 54 75L94 72V192L54 189Q46 188 46 180Z");
        pen_oval(p, DARK, 306, 132, 22, 52);
        pen_slots(p, 296, 100, 20, 6, 12);
        pen_gloss(p, 40, "M104 92L250 76C280 76 300 86 312 104C290 94 270 92 246 92L104 108Z");
    }
    pen_rect(p, p->accent, ring ? 192 : 214, 226, 14, 34, 7);
    pen_oval(p, "#ffffffcc", ring ? 199 : 220, 284, 6, 6);
}

/* --- vacuum cleaner: upright stick, or a round robot --- */

static void vacuum_robot(struct pen *p)
{
    pen_path(p, DARK, "M46 300C46 282 354 282 354 300V320C354 346 46 346 46 320Z");
    pen_oval(p, BODY, 200, 284, 158, 56);
    pen_oval(p, FLAT, 200, 276, 150, 50);
    pen_oval(p, TRIM, 200, 262, 46, 15);
    pen_oval(p, DARK, 200, 250, 44, 14);
    pen_oval(p, p->accent, 200, 247, 14, 4);
    pen_gloss(p, 34, "M78 272C88 246 130 234 170 230C134 246 116 260 108 284Z");
    pen_line(p, LIT, 5, "M182 304h36");
    pen_line(p, INK, 4, "M58 330l-26 12M56 322l-30 2");
}

void draw_vacuum(struct pen *p)
{
    if (pen_choice(p, 1, 3) == 2) {
        vacuum_robot(p);
        return;
    }
    pen_rect(p, METAL, 190, 190, 20, 130, 5);
    pen_path(p, DARK,
             "M116 328Q119 312 136 312H264Q281 312 284 328L290 342Q292 350 284 350H116"
             "Q108 350 110 342Z");
    pen_rect(p, p->accent, 122, 338, 156, 7, 3);
    pen_line(p, TRIM, 23, "M200 92C204 26 284 34 284 80C284 116 258 132 236 136");
    pen_rect(p, BODY, 156, 76, 88, 96, 30);
    pen_rect(p, GLASS, 164, 148, 72, 74, 22);
    pen_rect(p, "#7f8b8673", 166, 186, 68, 35, 18);
    pen_rect(p, DARK, 172, 214, 56, 14, 6);
    pen_oval(p, DARK, 200, 112, 21, 21);
    pen_ring(p, p->accent, 4, 200, 112, 13);
    pen_gloss(p, 38, "M166 104Q168 90 180 86H188C178 96 176 110 176 126V160H170Q166 156 166 150Z");
}

void draw_shaver(struct pen *p)
{
    if (pen_choice(p, 1, 2)) {
        pen_path(p, BODY,
                 "M150 190C150 162 250 162 250 190L240 322Q238 350 214 350H186Q162 350 160 322Z");
        pen_path(p, DARK,
                 "M124 116C124 84 276 84 276 116C276 150 250 178 200 178S124 150 124 116Z");
        for (int i = 0; i < 3; i++) {
            double cx = i == 2 ? 200 : 164 + i * 72, cy = i == 2 ? 146 : 108;
            pen_oval(p, METAL, cx, cy, 29, 25);
            pen_oval(p, "#3a4643", cx, cy, 19, 16);
            pen_ring(p, "#cfd8d4", 3, cx, cy, 10);
        }
    } else {
        pen_rect(p, BODY, 148, 128, 104, 222, 40);
        pen_rect(p, METAL, 150, 78, 100, 56, 14);
        pen_slots(p, 162, 92, 76, 4, 10);
        pen_rect(p, TRIM, 144, 126, 112, 18, 8);
    }
    pen_oval(p, p->accent, 200, 228, 17, 17);
    pen_oval(p, "#ffffffd9", 200, 228, 7, 7);
    pen_line(p, LIT, 5, "M200 286v24");
    pen_gloss(p, 38, "M166 200H178L174 326H170Q164 322 164 308Z");
}

void draw_humidifier(struct pen *p)
{
    bool drop = pen_choice(p, 1, 2);
    pen_line(p, "#ffffffbf", 9, "M190 84C176 62 206 48 196 26M212 84C226 66 204 52 220 34");
    if (drop) {
        pen_path(p, BODY,
                 "M200 84C232 140 292 190 292 262C292 316 254 350 200 350S108 316 108 262"
                 "C108 190 168 140 200 84Z");
        pen_path(p, "#8fc7e059",
                 "M118 244C150 232 250 256 282 240C284 300 252 334 200 334"
                 "S114 300 118 244Z");
        pen_gloss(p, 46,
                  "M150 196C164 168 182 148 196 122C188 170 160 200 146 244H130Q134 220 150 196Z");
    } else {
        pen_rect(p, GLASS, 122, 104, 156, 150, 28);
        pen_rect(p, "#8fc7e066", 124, 164, 152, 90, 20);
        pen_rect(p, TRIM, 168, 84, 64, 26, 12);
        pen_rect(p, BODY, 112, 238, 176, 112, 30);
        pen_gloss(p, 48, "M136 120H150V236H136Z");
    }
    pen_ring(p, p->accent, 5, 200, 302, 17);
    pen_oval(p, "#ffffffe6", 200, 302, 7, 7);
}

/* --- garment steamer: held in the hand, or on a stand with a board --- */

void draw_steamer(struct pen *p)
{
    if (pen_choice(p, 1, 2)) {
        pen_line(p, "#ffffffcc", 8, "M92 84C74 74 92 52 72 40M92 120C66 116 76 92 52 88");
        pen_path(p, TRIM, "M112 64Q98 66 100 82L118 186Q122 200 136 198L158 192L136 58Z");
        pen_path(p, BODY,
                 "M136 60L262 84C314 96 322 152 296 190L262 326Q254 350 230 346Q208 340 212 318"
                 "L232 206L156 194Z");
        pen_path(p, GLASS, "M236 206L292 196L262 322Q256 338 234 336Q218 332 222 312Z");
        pen_gloss(p, 38, "M156 78L256 98C276 104 286 116 290 132C270 116 250 114 160 98Z");
        pen_oval(p, p->accent, 216, 138, 14, 14);
        pen_cord(p, 240, 340);
        return;
    }
    pen_line(p, METAL, 9, "M176 312V56M224 312V56");
    pen_line(p, TRIM, 13, "M148 66C168 44 232 44 252 66");
    pen_path(p, "#e9efe9", "M150 84H250L262 236H138Z");
    pen_shade(p, 8, "M200 84H250L262 236H200Z");
    pen_path(
        p, BODY,
        "M104 300Q104 266 140 266H260Q296 266 296 300V336Q296 350 282 350H118Q104 350 104 336Z");
    pen_rect(p, GLASS, 150, 250, 100, 38, 12);
    pen_line(p, INK, 9, "M272 278C342 258 330 150 286 148");
    pen_path(p, DARK, "M262 132H304Q312 132 312 142V158Q312 166 304 166H262Z");
    pen_dial(p, 146, 316, 19);
    pen_screen(p, 212, 302, 56, 26);
}

void draw_lamp(struct pen *p)
{
    if (pen_choice(p, 1, 2)) {
        pen_oval(p, "#ffe9b080", 182, 262, 120, 74);
        pen_oval(p, BODY, 232, 338, 78, 14);
        pen_line(p, METAL, 13, "M240 330L288 206L186 108");
        pen_oval(p, TRIM, 288, 206, 14, 14);
        pen_path(p, BODY,
                 "M102 162C100 108 148 74 204 96L220 116C206 138 170 172 132 194Q104 196 102 162Z");
        pen_oval(p, "#fff3cf", 126, 172, 31, 22);
        pen_gloss(p, 42, "M116 144C122 114 150 98 184 102C156 112 138 128 130 156Z");
        return;
    }
    pen_path(p, "#ffe9b08c", "M128 196H272L310 318H90Z");
    pen_oval(p, BODY, 200, 336, 84, 16);
    pen_rect(p, METAL, 192, 190, 16, 144, 6);
    pen_path(p, BODY, "M150 66H250L290 198H110Z");
    pen_oval(p, "#fff3cf", 200, 198, 90, 11);
    pen_gloss(p, 38, "M162 78H180L152 186H126Z");
    pen_ring(p, p->accent, 4, 200, 334, 9);
}

static void outlet(struct pen *p, double cx, double cy)
{
    pen_oval(p, "#f3f5f1", cx, cy, 30, 30);
    pen_oval(p, SHADE "12", cx, cy + 2, 25, 25);
    buf_printf(p->out,
               "<g stroke=\"#39443f\" stroke-width=\"5\" stroke-linecap=\"round\"><path d=\"M%g "
               "%gl-6 9M%g %gl6 9M%g %gv10\"/></g>",
               cx - 7, cy + 3, cx + 7, cy + 3, cx, cy - 15);
}

void draw_socket(struct pen *p)
{
    pen_line(p, INK, 9, "M200 96C200 60 250 70 262 44S316 30 340 52");
    if (pen_choice(p, 1, 2)) {
        pen_rect(p, BODY, 128, 92, 144, 258, 38);
        for (int i = 0; i < 3; i++)
            outlet(p, 200, 142 + i * 68);
        pen_rect(p, SCREEN, 180, 318, 16, 8, 3);
        pen_rect(p, SCREEN, 204, 318, 16, 8, 3);
        pen_gloss(p, 36, "M140 128H150V322Q140 318 140 306Z");
        return;
    }
    pen_rect(p, SHADE "33", 46, 236, 312, 114, 34);
    pen_rect(p, FLAT, 42, 226, 316, 114, 34);
    for (int i = 0; i < 3; i++)
        outlet(p, 96 + i * 76, 283);
    pen_rect(p, TRIM, 292, 252, 44, 62, 12);
    pen_rect(p, SCREEN, 303, 264, 22, 10, 4);
    pen_rect(p, SCREEN, 303, 282, 22, 10, 4);
    pen_oval(p, LIT, 314, 303, 5, 5);
    pen_line(p, INK, 9, "M200 226V96");
}

void draw_purifier(struct pen *p)
{
    pen_rect(p, DARK, 126, 336, 148, 14, 6);
    pen_rect(p, BODY, 104, 66, 192, 274, 40);
    pen_oval(p, DARK, 200, 84, 70, 15);
    pen_oval(p, TRIM, 200, 81, 54, 9);
    bool dots = pen_choice(p, 1, 2);
    for (int row = 0; row < 9; row++)
        for (int i = 0; dots && i < 9; i++)
            pen_oval(p, SHADE "38", 136 + i * 16, 200 + row * 14, 3.6, 3.6);
    if (!dots)
        pen_slots(p, 126, 196, 148, 9, 14);
    pen_ring(p, LIT, 5, 200, 146, 26);
    pen_line(p, p->accent, 6, "M188 146h24");
    pen_gloss(p, 36, "M116 112H128V316Q116 312 116 300Z");
}

/* For a kind that has no drawing yet. */
void draw_box(struct pen *p)
{
    pen_path(p, FLAT, "M70 170L200 122L330 170V308L200 352L70 308Z");
    pen_path(p, "#ffffff59", "M70 170L200 122L330 170L200 216Z");
    pen_shade(p, 12, "M200 216L330 170V308L200 352Z");
    pen_line(p, TRIM, 10, "M134 146L266 194V236");
}
