"""Devices stopped, keys changed, phones replaced, through the program itself; and every wrong order of steps."""
import contextlib

from slips_claims import HOUSE, meeting


@contextlib.contextmanager
def township(t, *cadres):
    """A township with its lists, and cadres of it on devices of their own."""
    with meeting(t) as town:
        for home, name in cadres:
            join(town, home, town.run("desk", "invite", "--role", "cadre", "--name", name, "--village", "鱼泉村")["code"])
        town.run("desk", "sync")
        yield town


def join(town, home, code):
    town.run(home, "join", code)


def visit(town, home, text):
    town.run(home, "visit", "add", "--household_id", HOUSE, "--date", "2026-04-02", "--outcome", "见到户主", "--text", text)


def texts(town, home):
    return sorted(row["text"] for row in town.run(home, "visit", "list")["rows"])


def person(town, name, home="desk"):
    return [one for one in town.run(home, "members", "--devices")["members"] if one["name"] == name][0]


def number(town, name):
    return [one["number"] for one in person(town, name)["device_list"] if one["state"] == "在用"][0]


def members_show_devices_by_number(t):
    with township(t, ("gong", "龚海")) as town:
        gong = person(town, "龚海")
        device = gong["device_list"][0]
        assert device["id"].endswith(device["number"]) and len(device["number"]) == 8, device
        assert device["state"] == "在用" and not device["mine"] and device["since"].startswith("20"), device
        assert person(town, "龚海", "gong")["device_list"][0]["mine"] is True
        assert gong["devices"] == 1 and gong["invites"] == [] and not gong["invited"], gong
        expires = town.run("desk", "invite", "--role", "cadre", "--name", "欧阳小梅", "--village", "清渭社区")["expires"]
        ou = person(town, "欧阳小梅")
        assert ou["invited"] and [(i["role"], i["last_day"]) for i in ou["invites"]] == [("cadre", expires)], ou
        assert "device_list" not in town.run("desk", "members")["members"][0]
        assert device["number"] in town.words("desk", "members", "--devices")


def a_stolen_phone_is_stopped_and_the_others_go_on(t):
    with township(t, ("gong", "龚海"), ("ou", "欧阳小梅")) as town:
        visit(town, "gong", "被偷之前")
        town.run("gong", "sync")
        visit(town, "gong", "还没送出")
        done = town.run("desk", "revoke", number(town, "龚海"), "--reason", "手机被偷")
        assert done["name"] == "龚海" and done["chains"] == done["streams"] == 2 and done["envelopes"] >= 2 and done["rotated"] > 3 and done["left"] == 0, done
        assert person(town, "龚海")["device_list"][0]["state"] == "已停用"
        visit(town, "ou", "之后")
        town.run("ou", "sync")
        late = town.run("gong", "sync")
        assert late["unsent"] == 0 and "已停用" in late["alarms"][0], late
        status = town.run("gong", "status")
        assert status["device_state"] == "已停用" and status["unsent"] == 0 and status["keys_missing"] == 0, status
        told = town.run("gong", "alarms")
        assert town.run("gong", "status")["alarms_unseen"] == told["unseen"] >= len(late["alarms"])
        assert [one["text"] for one in told["alarms"]][-len(late["alarms"]):] == late["alarms"] and not told["alarms"][-1]["seen"], told
        assert town.run("gong", "alarms", "seen")["unseen"] == 0 and town.run("gong", "status")["alarms_unseen"] == 0
        town.run("desk", "sync")
        assert texts(town, "desk") == ["之后", "被偷之前"], texts(town, "desk")
        town.run("gong", "sync")
        assert texts(town, "gong") == ["被偷之前", "还没送出"], "nothing new comes to it, nothing of its own goes"


def a_replaced_phone_reads_all_and_the_old_one_stops(t):
    with township(t, ("gong", "龚海")) as town:
        visit(town, "gong", "旧手机上记的")
        town.run("gong", "sync")
        old = number(town, "龚海")
        done = town.run("desk", "replace", "--person", "龚海")
        assert done["stopped"] == [old] and done["left"] == 0, done
        assert town.run("desk", "replace", "--person", "龚海")["code"] == done["code"], "again gives the same code"
        join(town, "fresh", done["code"])
        town.run("fresh", "sync")
        assert texts(town, "fresh") == ["旧手机上记的"]
        visit(town, "fresh", "新手机上记的")
        town.run("fresh", "sync")
        town.run("desk", "sync")
        assert texts(town, "desk") == ["新手机上记的", "旧手机上记的"], texts(town, "desk")
        assert number(town, "龚海") != old


def keys_change_for_all_or_for_one_village(t):
    with township(t, ("gong", "龚海")) as town:
        assert town.run("desk", "rotate", "--village", "鱼泉村")["rotated"] == 2
        streams = town.run("desk", "status")["streams"]
        assert town.run("desk", "rotate")["rotated"] == len([s for s in streams if s["registered"]])
        visit(town, "gong", "新钥匙")
        town.run("gong", "sync")
        town.run("desk", "sync")
        assert texts(town, "desk") == ["新钥匙"]


def an_invitation_taken_back_is_no_use(t):
    with township(t) as town:
        code = town.run("desk", "invite", "--role", "cadre", "--name", "龚海", "--village", "鱼泉村")["code"]
        assert town.run("desk", "revoke", "--invite", "龚海")["rotated"] > 0
        town.run("gong", "join", code, expect=4)
        assert not person(town, "龚海")["invited"]
        town.run("desk", "revoke", "--invite", "龚海", expect=3)


def a_new_admin_gets_keys_after_six_digits(t):
    with township(t) as town:
        join(town, "vice", town.run("desk", "invite", "--role", "admin", "--name", "副镇长")["code"])
        assert town.run("vice", "sync")["keys_missing"] > 0 and "digits" not in town.run("vice", "status")
        assert town.run("desk", "grant", "副镇长")["uncompared"] == 1, "no keys before the digits"
        first = town.run("desk", "confirm", "副镇长")
        assert len(first["digits"]) == 6 and first["digits"].isdigit(), first
        town.run("vice", "sync")
        assert town.run("vice", "status")["digits"] == first["digits"]
        wrong = "%06d" % ((int(first["digits"]) + 1) % 1000000)
        assert "revoke " + first["device"] in town.run("desk", "confirm", "副镇长", "--digits", wrong, expect=3)["error"]["message"]
        town.run("vice", "sync")
        assert town.run("vice", "status")["keys_missing"] > 0
        assert town.run("desk", "confirm", "副镇长", "--digits", first["digits"])["granted"] > 0
        town.run("vice", "sync")
        assert town.run("vice", "status")["keys_missing"] == 0
        town.run("vice", "invite", "--role", "cadre", "--name", "龚海", "--village", "鱼泉村")
        town.run("desk", "confirm", "龚海", expect=3)
        lost = number(town, "副镇长")
        mine = [m for m in town.run("vice", "members", "--devices")["members"] if "admin" in m["roles"] and not m["me"]][0]["device_list"][0]["number"]
        town.run("vice", "revoke", mine)
        assert "另一位管理员" in town.run("desk", "revoke", lost, expect=4)["error"]["message"], "the log's order decides"


def two_admins_invite_a_third_by_a_file(t):
    with township(t) as town:
        join(town, "vice", town.run("desk", "invite", "--role", "admin", "--name", "副镇长")["code"])
        town.run("desk", "confirm", "副镇长", "--digits", "000000")
        town.run("desk", "confirm", "副镇长", "--digits", town.run("desk", "confirm", "副镇长")["digits"])
        town.run("vice", "sync")
        words = ["invite", "--role", "admin", "--name", "人大主席", "--propose"]
        stale = town.run("desk", *words, town.path("stale"))
        town.run("desk", "rotate", "--village", "鱼泉村")
        town.run("vice", "sign", town.path("stale"), "--yes", expect=1)
        good = town.run("desk", *words, town.path("good"))
        assert good["code"] == stale["code"] and not person(town, "副镇长")["invited"], good
        town.run("third", "join", good["code"], expect=4)
        town.run("desk", "sign", town.path("good"), "--yes", expect=4)
        shown = town.run("vice", "sign", town.path("good"))
        assert (shown["signed"], shown["name"], shown["role"]) == (False, "人大主席", "admin"), shown
        assert town.run("vice", "sign", town.path("good"), "--yes")["signed"] is True
        join(town, "third", good["code"])
        with open(town.path("good"), "rb") as f:
            content = f.read()
        with open(town.path("bent"), "wb") as f:
            f.write(content[:-1] + bytes([content[-1] ^ 1]))
        town.run("vice", "sign", town.path("bent"), expect=7)
        town.run("vice", "sign", town.path("no-such-file"), expect=3)


def wrong_orders_of_members_say_what_to_do_and_change_nothing(t):
    with township(t, ("gong", "龚海"), ("ou", "欧阳小梅")) as town:
        founder = [m for m in town.run("desk", "members", "--devices")["members"] if m["me"]][0]
        mine, gone = founder["device_list"][0]["number"], number(town, "欧阳小梅")
        town.run("desk", "revoke", gone)
        before = town.run("desk", "members", "--devices"), town.run("desk", "doctor")["state_hash"]
        for code, saying, home, words in [
                (4, "另一台管理员设备", "desk", ["revoke", mine]),
                (1, "已停用", "desk", ["revoke", gone]),
                (3, "members --devices", "desk", ["revoke", "00000000"]),
                (3, "不是设备号码", "desk", ["revoke", "龚海"]),
                (3, "原因", "desk", ["revoke", number(town, "龚海"), "--since", "2026-01-01"]),
                (2, "--since", "desk", ["revoke", number(town, "龚海"), "--since", "昨天"]),
                (2, "revoke", "desk", ["revoke"]),
                (4, "管理员", "gong", ["revoke", mine]),
                (4, "管理员", "gong", ["rotate"]),
                (4, "管理员", "gong", ["replace", "--person", "欧阳小梅"]),
                (4, "管理员", "gong", ["grant", "欧阳小梅"]),
                (3, "members", "desk", ["replace", "--person", "没有这个人"]),
                (3, "不是", "desk", ["replace", "--person", "龚海", "--device", mine]),
                (3, "没有", "desk", ["rotate", "--village", "没有这个村"])]:
            done = town.run(home, *words, expect=code)
            assert saying in done["error"]["message"], (words, done)
        town.stop_server()
        for words in [["revoke", number(town, "龚海")], ["rotate"], ["replace", "--person", "龚海"], ["grant", "龚海"], ["revoke", "--invite", "龚海"]]:
            done = town.run("desk", *words, expect=5)
            assert "什么也没有改动" in done["error"]["message"], (words, done)
        town.start_server()
        assert (town.run("desk", "members", "--devices"), town.run("desk", "doctor")["state_hash"]) == before


CLAIMS = [members_show_devices_by_number, a_stolen_phone_is_stopped_and_the_others_go_on, a_replaced_phone_reads_all_and_the_old_one_stops,
          keys_change_for_all_or_for_one_village, a_new_admin_gets_keys_after_six_digits,
          two_admins_invite_a_third_by_a_file, an_invitation_taken_back_is_no_use,
          wrong_orders_of_members_say_what_to_do_and_change_nothing]
