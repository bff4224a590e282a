"""A server put back to an old copy of its folder, and appended to, through the programs themselves: the log is made one again."""
import shutil

from members_claims import join, number, person, texts, township, visit


def copy_server(town, to_backup):
    town.stop_server()
    ends = ("server", "server.old") if to_backup else ("server.old", "server")
    shutil.rmtree(town.path(ends[1]), ignore_errors=True)
    shutil.copytree(town.path(ends[0]), town.path(ends[1]))
    town.start_server()


def a_restored_server_that_went_on_is_made_one_again(t):
    with township(t, ("gong", "龚海"), ("ou", "欧阳小梅")) as town:
        join(town, "vice", town.run("desk", "invite", "--role", "admin", "--name", "副镇长")["code"])
        town.run("desk", "confirm", "副镇长", "--digits", town.run("desk", "confirm", "副镇长")["digits"])
        for home in ("vice", "gong", "ou"):
            town.run(home, "sync")
        assert town.run("vice", "doctor", "heal")["healed"] is False, "nothing has parted"
        copy_server(town, to_backup=True)
        # What the server forgets: a stolen phone was stopped, somebody invited, a visit sent.
        stolen = number(town, "欧阳小梅")
        town.run("vice", "revoke", stolen, "--reason", "手机被偷")
        town.run("vice", "invite", "--role", "cadre", "--name", "蒋书华", "--rank", "一般", "--village", "鱼泉村")
        town.run("gong", "sync")
        visit(town, "gong", "作废一边")
        town.run("gong", "sync")
        copy_server(town, to_backup=False)
        town.run("desk", "rotate", "--village", "鱼泉村")
        visit(town, "gong", "分叉以后")
        said = town.run("gong", "sync", expect=7)["error"]["message"]
        assert "doctor heal" in said, said
        town.run("vice", "sync", expect=7)
        assert town.run("vice", "doctor")["log_parted"]["only_here"]
        town.run("gong", "doctor", "heal", expect=4)
        town.stop_server()
        town.run("vice", "doctor", "heal", expect=5)
        town.start_server()
        healed = town.run("vice", "doctor", "heal")
        assert healed["healed"] and healed["ended"] >= 1 and healed["rotated"] > 0, healed
        assert any("蒋书华" in one["what"] for one in healed["again"]), healed
        for _ in range(2):
            for home in ("vice", "gong", "desk"):
                town.run(home, "sync")
        assert person(town, "欧阳小梅")["device_list"][0]["state"] == "已停用"
        assert texts(town, "desk") == texts(town, "gong") == ["作废一边", "分叉以后"], texts(town, "desk")
        assert "log_parted" not in town.run("vice", "doctor")
        again = town.run("vice", "doctor", "heal")
        assert again["healed"] is False and again["again"] == healed["again"], again
        town.run("vice", "doctor", "nonsense", expect=2)


CLAIMS = [a_restored_server_that_went_on_is_made_one_again]
