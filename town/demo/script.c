#include "town/demo/script.h"

#include <stddef.h>

const struct demo_question demo_questions[] = {
    {"kettle", "烧开一壶要多久？", "一升三的水，四分钟左右就开，开了自动断电。"},
    {"kettle", "外壁烫手吗？", "双层壶身，外壁不烫，孩子碰到也放心。"},
    {"rice-cooker", "两个人吃买多大的？", "两三个人三升就够，内胆能拆下来洗。"},
    {"rice-cooker", "能做杂粮饭吗？", "可以，菜单里有杂粮，提前泡半小时更软。"},
    {"air-fryer", "炸篮好洗吗？", "整个拆下来，温水一冲就行，不粘。"},
    {"air-fryer", "能烤几个鸡翅？", "七升半的篮，一次十四五个没问题。"},
    {"humidifier", "晚上开着吵吗？", "静音档很轻，放床头听不到水声。"},
    {"humidifier", "怎么加水？", "上面直接倒，不用搬水箱。"},
    {"coffee-maker", "奶泡能打吗？", "带蒸汽棒，拿铁卡布都能做。"},
    {"coffee-maker", "水箱多大？", "一升二，可以拆下来接水。"},
    {"toaster", "厚的面包放得进吗？", "槽口够宽，两厘米半的厚片可以。"},
    {"toaster", "卡住了怎么办？", "按一下取消，面包会弹起来。"},
    {"hair-dryer", "功率多大？", "一千二百瓦，宿舍用电要先看一下规定。"},
    {"hair-dryer", "冷风有吗？", "有，按住冷风键就是。"},
    {"fan", "夜里能定时吗？", "能定一到八小时，还有睡眠风。"},
    {"fan", "摇头角度多少？", "左右九十度，上下也能调。"},
    {NULL, "今天下单几号发货？", "现在下单，厂里明天就发。"},
    {NULL, "有发票吗？", "有电子发票，订单页里申请就行。"},
    {NULL, "保修多久？", "整机一年，厂家直接修。"},
    {NULL, "能七天无理由吗？", "可以，收到七天内不满意就退。"},
};
const int demo_questions_n = sizeof(demo_questions) / sizeof(demo_questions[0]);

const char *const demo_remarks[] = {
    "青瓷色真好看",     "上次买的已经在用了，不错",
    "主播讲得很清楚",   "下单了，等收货",
    "给我妈也买一个",   "这个价格可以",
    "等秒杀",           "厂家直播就是实在",
    "刚进来，在讲什么", "收藏了",
    "颜色选哪个好",     "想看看背面",
};
const int demo_remarks_n = sizeof(demo_remarks) / sizeof(demo_remarks[0]);
