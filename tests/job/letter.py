"""Official documents drawn by guildhall-job, for tests that measure them; by itself it draws one:

    letter.py GUILDHALL_JOB OUT.pdf [member=value …]
"""
import json
import os
import subprocess
import sys
import tempfile

BODY = """某某市第十七届人民代表大会第五次会议期间，您提出的《关于加快建设智造小镇直播基地的建议》（第248号）收悉。经会同市商务局、市自然资源和规划局研究，现答复如下：
一、基地建设的基本情况
直播基地位于小镇西区，规划面积4.81平方公里，首期投入1600万元，其中设备830万元，展示面积约6000平方米，已有200余家企业、600余种产品入驻。
（一）展示与直播。共设直播间12间，全年安排直播1500场以上，“一厂一品”每周更新；到2021年末，力争引进机构10家。
（二）政策依据
1.《关于支持制造业数字化转型的若干政策》（某政发〔2020〕16号）第三条。
（1）对平台建设单位给予一次性补助，最高不超过200万元；
（2）对入驻企业按实际使用面积给予租金补贴。
二、下一步工作
我们将继续会同有关部门，抓好产业链“链长制”各项任务，做好人才培训、供应链服务等工作，推动小镇高质量发展。感谢您对我市工业和信息化工作的关心和支持！"""

PAPER = {
    "form": "ordinary", "seal": "drawn", "is_sealed": True, "is_draft": False,
    "created_s": 1624406400,
    "mark": "某某市经济和信息化局文件", "number": "智经信建〔2021〕8号", "signer": "",
    "class_mark": "类别标记：A",
    "title": "关于市十七届人大五次会议第248号建议的答复", "addressee": "张三代表", "body": BODY,
    "attachments": [], "issuer": "某某市经济和信息化局", "date": "2021年6月23日", "seal_name": "",
    "contact": "联系人：李四，联系电话：0000-12345678", "disclosure": "公开属性：主动公开",
    "copies": "市人大常委会代表联络工作委员会，市政府办公室，市商务局，市自然资源和规划局",
    "printer": "某某市经济和信息化局办公室", "printed": "2021年6月23日",
    "code": "https://guildhall.example/letters/1f3a9c", "code_caption": "扫码核验文件并查看所引数据的依据\n核验编号 1F3A-9C",
    "pdf_title": "", "pdf_author": "某某市经济和信息化局",
}


class Drawn:
    def __init__(self, program, paper, png=b"", fonts=""):
        form = json.dumps(paper, ensure_ascii=False).encode()
        request = {"fonts": fonts, "letter": [0, len(form)], "png": [len(form), len(png)]}
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as made, \
                tempfile.TemporaryFile() as asked:
            given.write(form + png)
            given.flush()
            asked.write(json.dumps(request).encode() + b"\n")
            asked.seek(0)
            fds = [os.dup2(given.fileno(), 50), os.dup2(made.fileno(), 51)]
            done = subprocess.run(
                [program, "letter"], stdin=asked, capture_output=True, timeout=100, pass_fds=(3, 4),
                preexec_fn=lambda: (os.dup2(50, 3), os.dup2(51, 4)))
            for fd in fds:
                os.close(fd)
            made.seek(0)
            self.pdf = made.read()
        self.status, self.said = done.returncode, done.stderr.decode(errors="replace")
        self.answers = [json.loads(line) for line in done.stdout.splitlines()]

    def answer(self, name):
        return next((a[name] for a in self.answers if name in a), None)

    @property
    def why(self):
        return self.answer("why")

    @property
    def pages(self):
        return self.answer("pages")


def draw(program, png=b"", fonts="", **members):
    unknown = set(members) - set(PAPER)
    assert not unknown, unknown
    return Drawn(program, {**PAPER, **members}, png, fonts)


if __name__ == "__main__":
    given = dict(a.split("=", 1) for a in sys.argv[3:])
    done = draw(sys.argv[1], **{k: v == "true" if v in ("true", "false") else
                                json.loads(v) if k == "attachments" else v for k, v in given.items()})
    print(done.status, done.answers, done.said)
    open(sys.argv[2], "wb").write(done.pdf)
