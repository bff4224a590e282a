// Deterministic workload W: household visits, diary entries, later edits (seedable, no input
// files).
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace w {
struct Rng {  // splitmix64
  uint64_t s;
  uint64_t next() {
    uint64_t z = (s += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
  }
  uint32_t below(uint32_t n) { return (uint32_t)((next() >> 32) * (uint64_t)n >> 32); }
  uint32_t between(uint32_t a, uint32_t b) { return a + below(b - a + 1); }
};
struct Visit {
  std::array<uint8_t, 16> id, household;
  uint32_t cadre, device;
  int64_t started_ms, ended_ms;
  int32_t lat_e6, lon_e6;
  int32_t form, outcome;
  std::string summary;
  int32_t issues, people, status;
  int64_t created_ms, updated_ms;
};
struct Diary {
  std::array<uint8_t, 16> id, visit;
  uint32_t cadre, device;
  int64_t day_ms;
  std::string body;
  int64_t updated_ms;
};
struct Edit {  // 1 column of content + updated_ms
  uint32_t visit_ix, device;
  int field;  // 0 outcome, 1 issues, 2 status, 3 summary
  int32_t ival;
  std::string sval;
  int64_t updated_ms;
};
using SV = std::string_view;
inline const std::vector<SV> kSur = {"王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周",
                                     "徐", "孙", "马", "朱", "胡", "林", "郭", "何", "高", "罗",
                                     "郑", "梁", "谢", "宋", "唐", "许", "邓", "冯", "韩", "曹",
                                     "覃", "韦", "农", "蓝", "石", "龙", "田", "向", "彭", "冉"};
inline const std::vector<SV> kGiven = {
    "秀英", "桂兰", "建国", "志强", "小红", "德福", "玉梅", "永昌", "春花", "文斌",
    "海燕", "国庆", "凤珍", "大山", "明辉", "素芬", "光荣", "金莲", "阿妹", "正云",
    "家旺", "兰香", "启明", "水生", "长根", "福贵", "爱民", "冬梅", "世平", "成林",
    "美玲", "荣华", "树才", "巧云", "新民", "庆丰", "翠萍", "子轩", "雨桐", "思远"};
inline const std::vector<SV> kPlace = {"石桥组", "上坝寨", "东岭村", "河口组", "老鹰岩", "大坪子",
                                       "柳树沟", "白果坪", "新场街", "三岔口", "青杠林", "水井湾",
                                       "麻柳滩", "红土坡", "竹园坝", "龙洞组", "二台地", "枫香树",
                                       "岩脚寨", "坳上组", "滴水岩", "茶店子", "对门坡", "下河坝"};
inline const std::vector<SV> kIll = {"高血压",       "糖尿病",       "慢性支气管炎", "腰椎间盘突出",
                                     "类风湿关节炎", "白内障",       "冠心病",       "胃溃疡",
                                     "肺结核恢复期", "脑梗后遗症",   "肾结石",       "骨质疏松",
                                     "精神残疾二级", "肢体残疾三级", "尿毒症透析"};
inline const std::vector<SV> kCrop = {"玉米", "红薯", "水稻",   "油茶",   "花椒",   "辣椒",  "烤烟",
                                      "魔芋", "茶叶", "柑橘",   "黑木耳", "生猪",   "土鸡",  "肉牛",
                                      "山羊", "蜜蜂", "中药材", "李子",   "猕猴桃", "食用菌"};
inline const std::vector<SV> kPolicy = {
    "低保",         "五保供养",     "大病救助",     "临时救助",         "残疾人两项补贴",
    "雨露计划",     "小额信贷",     "公益性岗位",   "危房改造",         "易地搬迁后续扶持",
    "养老保险代缴", "医保参保资助", "产业奖补",     "稳岗补贴",         "交通补贴",
    "教育资助",     "饮水安全工程", "农机购置补贴", "耕地地力保护补贴", "生态护林员"};
inline const std::vector<SV> kTpl = {"今日上午到@P走访@N家，家中共有#人，其中劳动力#人",
                                     "户主@N外出务工，由其母亲@N接待",
                                     "家庭主要收入来源为种植@C和务工，年人均纯收入约##00元",
                                     "老人患有@I，长期服药，每月药费约##0元",
                                     "已落实@O政策，本年度发放资金#,##0元",
                                     "@N反映自来水冬季经常停水，需联系水管员@N处理",
                                     "房屋为砖混结构，鉴定等级为B级，屋顶有#处渗漏",
                                     "孩子在镇中心小学读#年级，无辍学情况",
                                     "建议将其纳入监测对象，按程序开展民主评议",
                                     "帮助核对社保卡信息，发现银行卡号有误，已登记待更正",
                                     "宣传了@O政策，群众表示理解并愿意申请",
                                     "种植@C##亩，今年受干旱影响减产约#成",
                                     "计划明年发展@C养殖，希望申请小额信贷#万元",
                                     "与@N签订帮扶协议，约定每月联系#次",
                                     "组织清理房前屋后卫生，人居环境明显改善",
                                     "电话联系在外务工的@N，月工资约#,#00元，工作稳定",
                                     "未见户主，邻居@N称其去@P赶场，已留联系卡",
                                     "收集意见#条，其中涉及道路硬化#条，用水用电#条",
                                     "@N申请@O，材料缺少户口簿复印件，约定##日补齐",
                                     "到卫生室核实@N签约服务记录，血压最近一次为1##/##",
                                     "雨季将至，提醒注意屋后边坡，如遇险情及时撤离到@P",
                                     "协调村委会解决入户路路灯问题，预计##天完成",
                                     "@N因学支出较大，本学期住宿费和生活费合计#,##0元",
                                     "对上次走访提出的@O问题进行回访，已办结",
                                     "群众满意度测评为满意，未提出其他诉求",
                                     "核对“两不愁三保障”情况，饮水、住房、医疗、教育均达标",
                                     "合作社@C分红到账##0元，@N签字确认",
                                     "@N行动不便，代为办理@O年审，已拍照上传",
                                     "防返贫监测系统信息与实际不一致，需更新家庭人口为#人",
                                     "本户风险类型为因病，已制定帮扶措施#条",
                                     "到田间查看@C长势，病虫害较轻，农技员@N现场指导",
                                     "提醒谨防电信诈骗，安装反诈软件#部手机",
                                     "下一步联系县医院为@N办理转诊备案",
                                     "参加院坝会##人，讲解@O和森林防火要求"};
inline const std::vector<SV> kWord = {
    "群众", "干部", "情况", "问题",   "收入",   "家里", "孩子", "老人",   "村里",   "组长",
    "后来", "觉得", "需要", "解决",   "帮助",   "沟通", "耐心", "山路",   "下雨",   "天气",
    "太阳", "院子", "厨房", "柴火",   "粮食",   "仓库", "猪圈", "鸡蛋",   "土地",   "流转",
    "合同", "签字", "手机", "照片",   "表格",   "登记", "系统", "网络",   "信号",   "不好",
    "明天", "今年", "去年", "上个月", "春节",   "清明", "学校", "老师",   "医生",   "药费",
    "住院", "报销", "比例", "材料",   "身份证", "户口", "银行", "存折",   "利息",   "借款",
    "打工", "工地", "工资", "拖欠",   "老板",   "县城", "镇上", "车站",   "摩托",   "三轮",
    "修理", "水管", "漏水", "停电",   "电表",   "路灯", "水泥", "砖头",   "瓦片",   "屋顶",
    "门窗", "墙面", "裂缝", "地基",   "边坡",   "滑坡", "隐患", "撤离",   "安全",   "防火",
    "柴堆", "巡查", "开会", "学习",   "文件",   "精神", "落实", "检查",   "整改",   "台账",
    "清单", "责任", "包保", "联系",   "走访",   "交谈", "倾听", "感谢",   "热情",   "倒茶",
    "留饭", "婉拒", "坚持", "继续",   "努力",   "信心", "希望", "担心",   "害怕",   "辛苦",
    "高兴", "难过", "生病", "恢复",   "锻炼",   "按时", "吃药", "量血压", "复查",   "低头",
    "叹气", "微笑", "回忆", "从前",   "父亲",   "母亲", "儿子", "女儿",   "媳妇",   "孙子",
    "邻居", "亲戚", "结婚", "离婚",   "分户",   "赡养", "纠纷", "调解",   "道歉",   "握手",
    "同意", "拒绝", "考虑", "商量",   "决定",   "计划", "种子", "化肥",   "农药",   "除草",
    "收割", "晾晒", "价格", "便宜",   "上涨",   "收购", "商贩", "合作社", "分红",   "技术",
    "培训", "证书", "岗位", "保洁",   "护林",   "河道", "垃圾", "清运",   "厕所",   "改造",
    "补助", "公示", "评议", "名单",   "异议",   "核实", "准确", "完整",   "及时",   "遗漏",
    "补录", "更新", "上报", "审批",   "通过",   "退回", "原因", "说明",   "证明",   "盖章",
    "复印", "跑腿", "代办", "方便",   "满意",   "意见", "建议", "反映",   "记录",   "日记",
    "心得", "体会", "感受", "责任心", "经验",   "教训", "方法", "步骤",   "下一步", "重点",
    "难点", "亮点", "成效", "变化",   "脱贫",   "振兴", "产业", "发展",   "就业",   "教育",
    "医疗", "住房", "饮水", "保障",   "监测",   "预警", "帮扶", "措施",   "到位",   "长效",
    "机制"};
inline const SV kChars =
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发"
    "后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开"
    "但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并"
    "物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先"
    "海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才"
    "结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书"
    "非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领"
    "共确传师观清今切院让识候带导争运";
inline const std::vector<SV> kConn = {"，",     "。",     "；", "，同时", "，另外", "。据了解",
                                      "，因此", "，但是", "。", "，",     "。"};

inline std::string name(Rng& r) {
  return std::string(kSur[r.below(kSur.size())]) + std::string(kGiven[r.below(kGiven.size())]);
}
inline std::string clause(Rng& r) {
  std::string o;
  if (r.below(100) < 45) {  // templated clause, slots filled
    SV t = kTpl[r.below(kTpl.size())];
    for (size_t i = 0; i < t.size(); ++i) {
      char c = t[i];
      if (c == '#')
        o += (char)('1' + r.below(9));
      else if (c == '@') {
        switch (t[++i]) {
          case 'P':
            o += kPlace[r.below(kPlace.size())];
            break;
          case 'N':
            o += name(r);
            break;
          case 'I':
            o += kIll[r.below(kIll.size())];
            break;
          case 'C':
            o += kCrop[r.below(kCrop.size())];
            break;
          case 'O':
            o += kPolicy[r.below(kPolicy.size())];
            break;
        }
      } else
        o += c;
    }
  } else {  // free words: keeps the entropy near that of prose
    uint32_t k = r.between(3, 9);
    while (k--) {
      if (r.below(100) < 45)
        for (int j = 0; j < 2; ++j) o += kChars.substr(3 * r.below(kChars.size() / 3), 3);
      else
        o += kWord[r.below(kWord.size())];
    }
  }
  return o;
}
inline size_t nchars(const std::string& s) {
  size_t n = 0;
  for (unsigned char c : s) n += (c & 0xC0) != 0x80;
  return n;
}
inline std::string cut(const std::string& s, size_t chars) {
  size_t n = 0, i = 0;
  for (; i < s.size(); ++i) {
    if (((unsigned char)s[i] & 0xC0) != 0x80 && n++ == chars) break;
  }
  return s.substr(0, i);
}
inline std::string text(Rng& r, uint32_t lo, uint32_t hi) {
  uint32_t want = r.between(lo, hi);
  std::string o;
  o.reserve(want * 3 + 96);
  while (nchars(o) < want) {
    o += clause(r);
    o += kConn[r.below(kConn.size())];
  }
  return cut(o, want);
}
inline std::array<uint8_t, 16> ulid(Rng& r, int64_t ms) {
  std::array<uint8_t, 16> a;
  for (int i = 0; i < 6; ++i) a[i] = (uint8_t)(ms >> (40 - 8 * i));
  uint64_t x = r.next(), y = r.next();
  for (int i = 0; i < 8; ++i) a[6 + i] = (uint8_t)(x >> (8 * i));
  a[14] = (uint8_t)y;
  a[15] = (uint8_t)(y >> 8);
  return a;
}
struct Data {
  std::vector<Visit> v;
  std::vector<Diary> d;
  std::vector<Edit> e;
};
inline Data generate(uint32_t N, uint32_t D = 20, uint64_t seed = 42) {
  Rng r{seed};
  Data x;
  x.v.reserve(N);
  x.d.reserve(N / 3 + 1);
  int64_t t = 1767225600000;  // 2026-01-01
  std::vector<std::array<uint8_t, 16>> hh;
  for (uint32_t i = 0; i < 3000; ++i) hh.push_back(ulid(r, t - 86400000ll * 400));
  for (uint32_t i = 0; i < N; ++i) {
    Visit v;
    t += r.between(1000, 240000);
    v.id = ulid(r, t);
    v.household = hh[r.below(hh.size())];
    v.device = i % D;
    v.cadre = 1000 + v.device;
    v.started_ms = t - r.between(600000, 5400000);
    v.ended_ms = t;
    v.lat_e6 = 26000000 + r.below(900000);
    v.lon_e6 = 106000000 + r.below(1200000);
    v.form = r.below(6);
    v.outcome = r.below(5);
    v.summary = text(r, 60, 200);
    v.issues = r.below(10) < 6 ? 0 : r.below(5);
    v.people = 1 + r.below(7);
    v.status = r.below(3);
    v.created_ms = t + r.below(30000);
    v.updated_ms = v.created_ms;
    if (i % 3 == 0) {
      Diary d;
      d.id = ulid(r, t);
      d.visit = v.id;
      d.cadre = v.cadre;
      d.device = v.device;
      d.day_ms = t / 86400000 * 86400000;
      d.body = text(r, 300, 800);
      d.updated_ms = v.created_ms;
      x.d.push_back(std::move(d));
    }
    x.v.push_back(std::move(v));
  }
  for (uint32_t k = 0; k < N / 5; ++k) {
    Edit e;
    e.visit_ix = r.below(N);
    e.device = x.v[e.visit_ix].device;
    t += r.between(1000, 60000);
    e.updated_ms = t;
    uint32_t f = r.below(10);
    e.field = f == 0 ? 3 : (int)(f % 3);
    e.ival = e.field == 3 ? 0 : (int)r.below(5);
    if (e.field == 3) e.sval = text(r, 60, 200);
    x.e.push_back(std::move(e));
  }
  return x;
}
inline std::string b32(const std::array<uint8_t, 16>& a) {  // Crockford ULID text, 26 chars
  static const char* A = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  unsigned __int128 n = 0;
  for (auto c : a) n = (n << 8) | c;
  std::string s(26, '0');
  for (int i = 25; i >= 0; --i) {
    s[i] = A[(int)(n & 31)];
    n >>= 5;
  }
  return s;
}
}  // namespace w
