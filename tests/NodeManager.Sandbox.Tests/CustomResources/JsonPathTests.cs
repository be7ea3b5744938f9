using System.Text.Json.Nodes;
using NodeManager.Sandbox.Model.Kinds.Custom.Paths;

namespace NodeManager.Sandbox.Tests.CustomResources;

public sealed class JsonPathTests
{
    private const string Document = """
        {"a":{"b":[1,2,3],"x.y":"dotted","n":null},"list":[{"type":"A","v":1},{"type":"B","v":2}],"on":true}
        """;

    [Theory]
    [InlineData(".a.b[0]", "1")]
    [InlineData(".a.b[-1]", "3")]
    [InlineData(".a.b[*]", "1,2,3")]
    [InlineData(".a.b[1:]", "2,3")]
    [InlineData(".a.b[0:3:2]", "1,3")]
    [InlineData(".a['x.y']", "\"dotted\"")]
    [InlineData(".a.x\\.y", "\"dotted\"")]
    [InlineData(".list[?(@.type==\"B\")].v", "2")]
    [InlineData(".list[?(@.v>1)].type", "\"B\"")]
    [InlineData(".list[?(@.type!='B')].v", "1")]
    [InlineData(".list[*].v", "1,2")]
    [InlineData("..v", "1,2")]
    [InlineData(".missing.deep", "")]
    [InlineData(".a.b[9]", "")]
    [InlineData(".a.n", "null")]
    [InlineData(".on", "true")]
    public void A_JSON_path_selects_its_values(string path, string expected) =>
        Assert.Equal(
            expected,
            string.Join(',', JsonPath.Read(path)!.Find(JsonNode.Parse(Document)).Select(found => found?.ToJsonString() ?? "null"))
        );

    [Theory]
    [InlineData("a.b")]
    [InlineData(".a[")]
    [InlineData(".a[x]")]
    [InlineData(".list[?(type=='B')]")]
    public void An_invalid_JSON_path_is_refused(string path) => Assert.Null(JsonPath.Read(path));
}
