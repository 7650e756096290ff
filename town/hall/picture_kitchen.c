/* Drawings of what stands in a kitchen. */
#include <stdio.h>

#include "town/hall/picture_kinds.h"

/* --- kettle: tapered, gooseneck, or double-walled and tall --- */

static void kettle_gooseneck(struct pen *p)
{
    pen_rect(p, DARK, 112, 330, 176, 22, 8);
    pen_line(p, METAL, 15, "M134 296C84 288 92 208 78 176C70 156 58 152 44 154");
    pen_path(p, BODY,
             "M146 168C150 156 250 156 254 168L282 318Q284 330 270 330H130Q116 330 118 318Z");
    pen_oval(p, TRIM, 200, 166, 54, 12);
    pen_path(p, METAL, "M152 162C158 142 242 142 248 162Q200 172 152 162Z");
    pen_rect(p, DARK, 188, 122, 24, 24, 9);
    pen_line(p, DARK, 17, "M262 190C262 140 330 128 334 168C338 208 318 262 292 286");
    pen_gloss(p, 42, "M158 184C150 226 142 270 138 312L152 314C154 270 160 226 168 186Z");
    pen_screen(p, 168, 334, 64, 14);
}

static void kettle_tall(struct pen *p)
{
    pen_rect(p, DARK, 122, 334, 156, 18, 8);
    pen_path(p, TRIM, "M128 120L102 102Q94 98 96 110L132 176Z");
    pen_rect(p, BODY, 126, 104, 148, 230, 24);
    pen_path(p, TRIM, "M126 132V124Q126 88 162 88H238Q274 88 274 124V132Z");
    pen_rect(p, METAL, 126, 130, 148, 6, 0);
    pen_rect(p, DARK, 182, 72, 36, 18, 8);
    pen_path(p, DARK,
             "M268 120H300Q336 120 336 158V262Q336 296 302 296H268V272H298Q312 272 312 258"
             "V160Q312 144 298 144H268Z");
    pen_gloss(p, 45, "M144 146H160V318H150Q144 318 144 308Z");
    if (pen_choice(p, 2, 2))
        pen_screen(p, 178, 286, 52, 22);
    else
        pen_path(p, GLASS, "M226 170q10 0 10 10v100q0 10-10 10t-10-10v-100q0-10 10-10z");
}

static void kettle_tapered(struct pen *p)
{
    pen_rect(p, DARK, 106, 332, 188, 20, 9);
    pen_path(p, TRIM, "M146 148L104 116Q92 108 94 124L130 222Z");
    pen_path(p, BODY,
             "M144 134C152 112 248 112 256 134L286 316Q289 332 272 332H128Q111 332 114 316Z");
    pen_path(p, TRIM, "M144 136C150 96 250 96 256 136Q200 152 144 136Z");
    pen_oval(p, METAL, 200, 92, 19, 13);
    pen_line(p, DARK, 21, "M256 144C338 124 350 262 284 296");
    pen_line(p, "#ffffff2e", 5, "M266 139C330 128 340 244 292 284");
    pen_gloss(p, 40, "M160 150C150 200 140 260 134 314L150 316C154 260 162 200 172 152Z");
    pen_shade(p, 10, "M117 298H283L286 316Q289 332 272 332H128Q111 332 114 316Z");
    if (pen_choice(p, 2, 2))
        pen_dial(p, 200, 292, 19);
}

void draw_kettle(struct pen *p)
{
    switch (pen_choice(p, 1, 3)) {
    case 0: kettle_tapered(p); break;
    case 1: kettle_gooseneck(p); break;
    default: kettle_tall(p); break;
    }
}

/* --- rice cooker: round with a domed lid, or square with a screen --- */

static void rice_cooker_round(struct pen *p)
{
    pen_feet(p, 110, 290, 342);
    pen_path(p, BODY,
             "M84 190H316C324 250 314 316 286 340Q282 344 274 344H126Q118 344 114 340"
             "C86 316 76 250 84 190Z");
    pen_path(p, FLAT,
             "M78 190C80 128 130 96 200 96S320 128 322 190Q322 200 312 200H88Q78 200 78 190Z");
    pen_rect(p, TRIM, 76, 186, 248, 13, 6);
    pen_path(p, DARK, "M160 98C164 80 236 80 240 98L236 108H164Z");
    pen_oval(p, METAL, 262, 126, 9, 5);
    pen_gloss(p, 38, "M104 178C108 140 140 118 176 112C148 128 130 150 126 178Z");
    pen_rect(p, SCREEN, 150, 232, 100, 76, 18);
    pen_line(p, LIT, 7, "M172 256h34M172 276h20");
    pen_oval(p, p->accent, 226, 284, 11, 11);
    pen_line(p, DARK, 12, "M70 214C58 214 58 240 72 242M330 214C342 214 342 240 328 242");
}

static void rice_cooker_square(struct pen *p)
{
    pen_feet(p, 96, 304, 342);
    pen_rect(p, BODY, 78, 146, 244, 198, 44);
    pen_path(p, FLAT, "M78 196V164C78 118 110 104 150 104H250C290 104 322 118 322 164V196Z");
    pen_rect(p, METAL, 78, 192, 244, 8, 0);
    pen_rect(p, TRIM, 130, 112, 140, 44, 20);
    pen_line(p, LIT, 6, "M154 130h44M154 142h26");
    pen_oval(p, "#f3b25c", 242, 134, 7, 7);
    pen_gloss(p, 36, "M96 214H116V326Q96 322 96 300Z");
    pen_rect(p, DARK, 176, 200, 48, 20, 8);
    pen_buttons(p, 200, 286, 5, 26);
}

void draw_rice_cooker(struct pen *p)
{
    if (pen_choice(p, 1, 2))
        rice_cooker_round(p);
    else
        rice_cooker_square(p);
}

/* --- air fryer: egg-shaped or upright, basket with a handle --- */

void draw_air_fryer(struct pen *p)
{
    bool upright = pen_choice(p, 1, 2);
    pen_feet(p, 112, 288, 342);
    if (upright)
        pen_rect(p, BODY, 92, 62, 216, 282, 56);
    else
        pen_path(p, BODY,
                 "M200 54C286 54 322 140 322 226C322 300 300 344 250 344H150C100 344 78 300 "
                 "78 226C78 140 114 54 200 54Z");
    pen_gloss(p, 34, "M120 130C128 98 150 80 176 74C152 96 142 128 138 168H116Q114 150 120 130Z");
    if (pen_choice(p, 2, 2)) {
        pen_dial(p, 162, 126, 24);
        pen_dial(p, 238, 126, 24);
    } else {
        pen_rect(p, SCREEN, 142, 92, 116, 66, 20);
        pen_line(p, LIT, 7, "M164 116h40M164 134h24");
        pen_oval(p, p->accent, 234, 126, 10, 10);
    }
    pen_shade(p, 16, upright ? "M92 186H308V192H92Z" : "M82 186H318V192H82Z");
    pen_path(p, TRIM,
             upright ? "M106 204H294V296Q294 326 264 326H136Q106 326 106 296Z"
                     : "M96 204H304C306 262 298 304 276 322Q270 326 260 326H140Q130 326 124 322"
                       "C102 304 94 262 96 204Z");
    if (pen_choice(p, 3, 3) == 0) {
        pen_rect(p, GLASS, 136, 218, 128, 40, 14);
        pen_oval(p, "#f3b25c80", 200, 244, 44, 12);
    }
    pen_path(p, DARK,
             "M176 262H224Q234 262 234 274V338Q234 350 222 350H178Q166 350 166 338V274"
             "Q166 262 176 262Z");
    pen_gloss(p, 16, "M176 272h10v66h-10z");
}

/* --- juicer: portable cup, or slow juicer with a chute --- */

static void juicer_cup(struct pen *p)
{
    pen_rect(p, BODY, 134, 216, 132, 134, 26);
    pen_path(p, GLASS, "M140 104H260L256 220H144Z");
    pen_path(p, "#f6b557d1", "M142 152C170 142 224 164 258 150L256 220H144Z");
    pen_oval(p, "#e88f3acc", 178, 182, 15, 15);
    pen_oval(p, "#d84f3fbf", 222, 192, 12, 12);
    pen_rect(p, METAL, 136, 210, 128, 10, 4);
    pen_rect(p, TRIM, 130, 66, 140, 42, 16);
    pen_line(p, p->accent, 9, "M150 66C150 36 250 36 250 66");
    pen_gloss(p, 45, "M152 116H164L162 208H152Z");
    pen_ring(p, p->accent, 6, 200, 284, 21);
    pen_oval(p, "#fff", 200, 284, 9, 9);
    pen_gloss(p, 34, "M150 232H164V336H158Q150 334 150 324Z");
}

static void juicer_slow(struct pen *p)
{
    pen_rect(p, DARK, 84, 330, 232, 22, 10);
    pen_rect(p, BODY, 150, 186, 128, 148, 22);
    pen_path(p, GLASS, "M136 116H268V176Q268 194 250 194H154Q136 194 136 176Z");
    pen_path(p, "#f0a24abf", "M140 148H264V176Q264 190 250 190H154Q140 190 140 176Z");
    pen_path(p, TRIM, "M168 54H238L248 116H158Z");
    pen_oval(p, INK, 203, 56, 35, 8);
    pen_path(p, METAL, "M136 158H110Q98 158 98 170V196H116V178H136Z");
    pen_path(p, GLASS, "M82 236H134L128 330H88Z");
    pen_path(p, "#f0a24ad9", "M85 272H131L128 330H88Z");
    pen_gloss(p, 36, "M166 204H182V318H174Q166 318 166 308Z");
    pen_dial(p, 226, 262, 24);
}

void draw_juicer(struct pen *p)
{
    if (pen_choice(p, 1, 2))
        juicer_cup(p);
    else
        juicer_slow(p);
}

void draw_blender(struct pen *p)
{
    bool stick = pen_choice(p, 1, 3) == 0;
    pen_path(p, BODY, "M128 262H272L294 330Q298 350 278 350H122Q102 350 106 330Z");
    pen_gloss(p, 34, "M140 274H156L140 336H126Z");
    if (pen_choice(p, 2, 2))
        pen_dial(p, 200, 308, 23);
    else
        pen_buttons(p, 200, 308, 4, 30);
    pen_path(p, GLASS, "M118 86H282L262 250H138Z");
    pen_path(p, stick ? "#7fb27abf" : "#e4695bb8", "M126 152C164 138 222 166 274 148L262 250H138Z");
    pen_line(p, "#ffffff8c", 4, "M150 120h22M152 140h14M154 160h22M156 180h14M158 200h22");
    pen_path(p, METAL, "M182 244L200 222L218 244Z");
    pen_line(p, DARK, 15, "M280 112C334 104 326 204 268 210");
    pen_rect(p, TRIM, 110, 60, 180, 30, 12);
    pen_rect(p, DARK, 176, 40, 48, 24, 8);
    pen_rect(p, METAL, 134, 248, 132, 16, 6);
    pen_gloss(p, 50, "M134 98H148L160 240H152Z");
}

/* --- flat on the counter: the induction cooker is seen from a little above --- */

void draw_induction(struct pen *p)
{
    bool pot = pen_choice(p, 1, 2);
    pen_path(p, DARK, "M62 262H338L366 332Q370 350 350 350H50Q30 350 34 332Z");
    pen_path(p, "#121a18", "M74 250H326L356 320Q360 332 346 332H54Q40 332 44 320Z");
    pen_line(p, "#5b6a65", 3, "M70 262H330");
    if (pot) {
        pen_oval(p, SHADE "80", 200, 286, 104, 18);
        pen_path(p, BODY, "M112 162H288V262Q288 288 262 288H138Q112 288 112 262Z");
        pen_rect(p, TRIM, 104, 154, 192, 14, 7);
        pen_path(p, GLASS, "M110 154C118 112 282 112 290 154Z");
        pen_oval(p, DARK, 200, 112, 20, 11);
        pen_line(p, DARK, 13, "M104 186H76Q64 186 66 202M296 186H324Q336 186 334 202");
        pen_gloss(p, 34, "M128 178H148V270Q128 268 128 252Z");
    } else {
        buf_z(p->out, "<ellipse cx=\"200\" cy=\"284\" rx=\"104\" ry=\"27\" fill=\"none\" "
                      "stroke=\"#e2603f\" stroke-width=\"5\"/><ellipse cx=\"200\" cy=\"284\" "
                      "rx=\"66\" ry=\"16\" fill=\"none\" stroke=\"#e2603f\" stroke-width=\"3\" "
                      "opacity=\".7\"/>");
        pen_gloss(p, 10, "M84 256H170L120 326H56Z");
    }
    pen_line(p, LIT, 5, "M150 322h26");
    pen_buttons(p, 246, 322, 4, 20);
}

static void door(struct pen *p, double x, double y, double w, double h)
{
    char d[120];
    pen_rect(p, "#1a2421", x, y, w, h, 16);
    pen_oval(p, EMBER, x + w / 2, y + h * 0.62, w * 0.4, h * 0.36);
    snprintf(d, sizeof(d), "M%g %gH%gL%g %gH%gZ", x + 18, y + 10, x + w * 0.4, x + w * 0.24,
             y + h - 10, x + 10);
    pen_gloss(p, 12, d);
}

void draw_oven(struct pen *p)
{
    pen_feet(p, 66, 334, 338);
    pen_rect(p, BODY, 44, 112, 312, 230, 26);
    door(p, 62, 130, 202, 180);
    pen_line(p, "#9aa6a2b2", 3, "M74 214H252M74 262H252");
    pen_path(p, "#c98445", "M120 258C120 236 206 236 206 258Z");
    pen_path(p, "#e6b06d", "M128 250C134 240 192 240 198 250Z");
    pen_rect(p, METAL, 84, 116, 158, 13, 6);
    if (pen_choice(p, 1, 2)) {
        pen_screen(p, 280, 136, 60, 34);
        pen_dial(p, 310, 216, 23);
        pen_dial(p, 310, 280, 23);
    } else {
        pen_dial(p, 310, 162, 22);
        pen_dial(p, 310, 222, 22);
        pen_dial(p, 310, 282, 22);
    }
    pen_gloss(p, 30, "M60 324H250V330H66Z");
}

void draw_microwave(struct pen *p)
{
    pen_feet(p, 58, 342, 330);
    pen_rect(p, FLAT, 36, 128, 328, 206, 24);
    door(p, 54, 146, 204, 170);
    pen_oval(p, "#9fb4ad8c", 156, 286, 80, 12);
    pen_path(p, "#e9eee8", "M126 282Q124 250 130 246H182Q188 250 186 282Z");
    pen_rect(p, METAL, 264, 152, 9, 158, 4);
    if (pen_choice(p, 1, 2)) {
        pen_screen(p, 288, 150, 62, 34);
        for (int row = 0; row < 4; row++)
            pen_buttons(p, 319, 210 + row * 22, 3, 20);
        pen_rect(p, p->accent, 292, 292, 54, 20, 8);
    } else {
        pen_screen(p, 288, 150, 62, 30);
        pen_dial(p, 319, 220, 25);
        pen_dial(p, 319, 284, 25);
    }
}

/* --- coffee maker: drip with a jug, or a pump machine --- */

static void coffee_drip(struct pen *p)
{
    pen_path(p, BODY,
             "M98 96Q98 72 122 72H278Q302 72 302 96V152H250V316H302V336Q302 350 288 350H112"
             "Q98 350 98 336Z");
    pen_shade(p, 26, "M170 152H250V316H170Z");
    pen_path(p, TRIM, "M172 152H248L236 182H184Z");
    pen_path(p, GLASS, "M170 210H254L268 258V296Q268 314 250 314H176Q158 314 158 296V258Z");
    pen_path(p, "#4a2b1be0", "M159 262H267V296Q267 313 250 313H176Q159 313 159 296Z");
    pen_rect(p, DARK, 164, 200, 96, 13, 6);
    pen_line(p, DARK, 13, "M264 224C306 220 306 292 268 296");
    pen_gloss(p, 32, "M112 96H128V330H118Q112 330 112 320Z");
    pen_screen(p, 182, 98, 62, 30);
    pen_rect(p, METAL, 152, 322, 126, 8, 4);
}

static void coffee_pump(struct pen *p)
{
    pen_path(p, BODY, "M92 92Q92 66 118 66H282Q308 66 308 92V180H92Z");
    pen_rect(p, BODY, 108, 174, 184, 150, 10);
    pen_shade(p, 30, "M108 180H292V312H108Z");
    pen_rect(p, DARK, 80, 312, 240, 38, 14);
    pen_rect(p, METAL, 96, 308, 208, 12, 5);
    pen_rect(p, METAL, 164, 180, 72, 22, 6);
    pen_path(p, METAL, "M172 202H228L218 222H182Z");
    pen_rect(p, DARK, 226, 200, 96, 17, 8);
    pen_line(p, "#4a2b1b", 5, "M192 224V262M208 224V262");
    pen_path(p, "#fdfdfb", "M170 256H230V286Q230 306 212 306H188Q170 306 170 286Z");
    pen_line(p, "#fdfdfb", 7, "M230 266Q246 266 244 280Q242 292 228 290");
    pen_dial(p, 140, 122, 24);
    pen_dial(p, 260, 122, 18);
    pen_buttons(p, 200, 122, 2, 26);
    pen_gloss(p, 34, "M106 88Q108 78 120 78H150Q124 84 122 110V168H106Z");
}

void draw_coffee(struct pen *p)
{
    if (pen_choice(p, 1, 2))
        coffee_drip(p);
    else
        coffee_pump(p);
}

void draw_toaster(struct pen *p)
{
    pen_path(p, "#d9a261", "M106 168C100 118 122 108 152 112C184 108 204 120 198 168Z");
    pen_path(p, "#f2d29c", "M118 168C112 130 130 122 152 124C176 122 192 132 186 168Z");
    pen_path(p, "#d9a261", "M206 172C202 130 220 120 246 124C274 120 292 132 288 172Z");
    pen_path(p, "#f2d29c", "M218 172C214 142 228 134 246 136C266 134 280 144 276 172Z");
    pen_feet(p, 76, 310, 340);
    pen_path(p, BODY,
             "M58 204C58 170 78 156 112 156H280C314 156 334 170 334 204V322Q334 344 312 344"
             "H80Q58 344 58 322Z");
    pen_rect(p, INK, 98, 154, 196, 16, 8);
    pen_rect(p, METAL, 334, 196, 8, 108, 4);
    pen_rect(p, DARK, 332, 206, 30, 26, 8);
    pen_gloss(p, 38,
              "M78 206C78 186 92 176 112 174H142C112 184 104 206 104 240V320H88Q78 318 78 306Z");
    if (pen_choice(p, 1, 2)) {
        pen_dial(p, 270, 288, 24);
        pen_buttons(p, 196, 290, 3, 26);
    } else {
        pen_rect(p, TRIM, 58, 292, 276, 52, 20);
        pen_dial(p, 196, 316, 18);
    }
}

void draw_egg_cooker(struct pen *p)
{
    pen_rect(p, DARK, 118, 334, 164, 18, 8);
    pen_path(p, BODY, "M88 240H312C308 300 286 338 262 338H138C114 338 92 300 88 240Z");
    for (int i = 0; i < 3; i++)
        pen_oval(p, i == 1 ? "#fff6e6" : "#f3d9b8", 142 + i * 58, 206, 27, 36);
    pen_path(p, GLASS, "M92 234C92 140 140 104 200 104S308 140 308 234Z");
    pen_oval(p, TRIM, 200, 100, 26, 13);
    pen_rect(p, METAL, 84, 232, 232, 12, 6);
    pen_gloss(p, 52, "M116 216C118 164 142 136 172 126C148 150 138 180 136 216Z");
    if (pen_choice(p, 1, 2))
        pen_dial(p, 200, 292, 22);
    else
        pen_screen(p, 170, 278, 60, 28);
}

void draw_hot_pot(struct pen *p)
{
    pen_rect(p, DARK, 92, 326, 216, 26, 11);
    pen_path(p, BODY, "M70 206H330V278Q330 328 280 328H120Q70 328 70 278Z");
    pen_path(p, GLASS, "M74 200C84 128 316 128 326 200Z");
    pen_path(p, TRIM, "M172 130H228Q240 130 236 142L232 152H168L164 142Q160 130 172 130Z");
    pen_rect(p, METAL, 62, 196, 276, 14, 7);
    pen_line(p, DARK, 15, "M62 226H38Q26 226 28 244M338 226H362Q374 226 372 244");
    pen_gloss(p, 34, "M90 224H112V310Q90 300 90 278Z");
    pen_gloss(p, 46, "M104 190C114 164 140 150 168 148C146 160 134 174 130 190Z");
    if (pen_choice(p, 1, 2))
        pen_dial(p, 200, 280, 26);
    else
        pen_screen(p, 164, 260, 72, 34);
}
