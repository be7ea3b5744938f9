using NodeManager.Sandbox.Model.Kinds.Errors;
using NodeManager.Sandbox.Model.Kinds.Selectors;

namespace NodeManager.Sandbox.Tests.Selectors;

public sealed class SelectorTests
{
    private static readonly Dictionary<string, string> Labels = new()
    {
        ["app"] = "web",
        ["tier"] = "",
        ["size"] = "10",
        ["example.com/x"] = "y",
    };

    [Theory]
    [InlineData("", true)]
    [InlineData("app=web", true)]
    [InlineData("app==web", true)]
    [InlineData(" app = web , size", true)]
    [InlineData("app=db", false)]
    [InlineData("app!=db", true)]
    [InlineData("none!=db", true)]
    [InlineData("app!=web", false)]
    [InlineData("tier=", true)]
    [InlineData("tier", true)]
    [InlineData("!tier", false)]
    [InlineData("!none", true)]
    [InlineData("app in (db,web)", true)]
    [InlineData("app in(db)", false)]
    [InlineData("app notin (db,web)", false)]
    [InlineData("none notin (db)", true)]
    [InlineData("tier in (,x)", true)]
    [InlineData("tier in ()", true)]
    [InlineData("app in ()", false)]
    [InlineData("size>9", true)]
    [InlineData("size>10", false)]
    [InlineData("size<11", true)]
    [InlineData("app>1", false)]
    [InlineData("example.com/x=y,app in (web),!gone", true)]
    public void A_label_selector_matches_as_the_server_does(string selector, bool expected) =>
        Assert.Equal(expected, LabelQuery.Parse(selector).Matches(Labels));

    [Theory]
    [InlineData("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt")]
    [InlineData("a=b c", "found 'c', expected: ',' or 'end of string'")]
    [InlineData("a in b", "unable to parse requirement: found 'b' expected: '('")]
    [InlineData("a in (b", "unable to parse requirement: found '', expected: ',' or ')'")]
    [InlineData("!", "unable to parse requirement: found '', expected: identifier")]
    [InlineData("a,,b", "found ',', expected: !, identifier, or 'end of string'")]
    [InlineData("a>x", null)]
    [InlineData("a>-1", null)]
    [InlineData("-a=x", null)]
    [InlineData("a=-x", null)]
    [InlineData("=b", "found '=', expected: !, identifier, or 'end of string'")]
    public void An_invalid_label_selector_is_a_bad_request(string selector, string? message)
    {
        ApiException refused = Assert.Throws<ApiException>(() => LabelQuery.Parse(selector));
        Assert.Equal(400, refused.Code);
        if (message is not null)
            Assert.Equal(message, refused.Message);
    }

    [Theory]
    [InlineData("/api/v1/pods?fieldSelector=spec.nodeName%3Dnode1", "a")]
    [InlineData("/api/v1/pods?fieldSelector=spec.nodeName!%3Dnode1", "b")]
    [InlineData("/api/v1/pods?fieldSelector=spec.nodeName%3D", "b")]
    [InlineData("/api/v1/pods?fieldSelector=metadata.name%3D%3Db", "b")]
    [InlineData("/api/v1/pods?fieldSelector=metadata.namespace%3Ddefault,status.phase%3DPending", "a,b")]
    [InlineData("/api/v1/pods?fieldSelector=status.phase!%3DPending", "")]
    [InlineData("/api/v1/namespaces/default/pods?fieldSelector=metadata.name%3Da", "a")]
    [InlineData("/api/v1/namespaces/kube-system/pods?fieldSelector=metadata.name%3Da", "")]
    [InlineData("/api/v1/nodes?fieldSelector=spec.unschedulable%3Dfalse", "n1")]
    [InlineData("/api/v1/nodes?fieldSelector=spec.unschedulable%3Dtrue", "n2")]
    [InlineData("/api/v1/events?fieldSelector=involvedObject.name%3Dn1,involvedObject.kind%3DNode,reason%3DRebooted,type%3DWarning", "e")]
    [InlineData("/api/v1/events?fieldSelector=involvedObject.name%3Dn2", "")]
    public async Task A_field_selector_selects_by_supported_fields(string path, string expected)
    {
        using var cluster = new TestCluster();
        await cluster.CreateAsync("/api/v1/nodes", """{"metadata":{"name":"n1"}}""");
        await cluster.CreateAsync("/api/v1/nodes", """{"metadata":{"name":"n2"},"spec":{"unschedulable":true}}""");
        await cluster.CreateAsync(
            "/api/v1/namespaces/default/pods",
            """{"metadata":{"name":"a"},"spec":{"schedulerName":"x","nodeName":"node1","containers":[{"name":"c","image":"i"}]}}"""
        );
        await cluster.CreateAsync(
            "/api/v1/namespaces/default/pods",
            """{"metadata":{"name":"b"},"spec":{"schedulerName":"x","containers":[{"name":"c","image":"i"}]}}"""
        );
        await cluster.CreateAsync(
            "/api/v1/namespaces/default/events",
            """{"metadata":{"name":"e"},"involvedObject":{"kind":"Node","name":"n1"},"reason":"Rebooted","type":"Warning"}"""
        );
        Assert.Equal(expected, await cluster.NamesAsync(path));
    }

    [Theory]
    [InlineData("/api/v1/pods?fieldSelector=spec.bogus%3Dx", "field label not supported: spec.bogus")]
    [InlineData(
        "/apis/apps/v1/deployments?fieldSelector=spec.bogus%3Dx",
        "\"spec.bogus\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
    )]
    [InlineData("/api/v1/pods?fieldSelector=bogus", "invalid selector: 'bogus'; can't understand 'bogus'")]
    public async Task An_unsupported_field_is_a_bad_request(string path, string message)
    {
        using var cluster = new TestCluster();
        (System.Net.HttpStatusCode code, System.Text.Json.Nodes.JsonObject body) = await cluster.SendAsync("GET", path);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, code);
        Assert.Equal(message, (string?)body["message"]);
    }
}
