using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Sandbox.Copying;
using NodeManager.Testing;

namespace NodeManager.Sandbox.Tests.Copying;

public sealed class SourcePageTests
{
    private const string First = "11111111-1111-4111-8111-111111111111",
        Owner = "22222222-2222-4222-8222-222222222222",
        Unknown = "33333333-3333-4333-8333-333333333333";

    // Members of the same names are in places where they mean something else.
    private static readonly string Json = $$$"""
        {"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"7","continue":"next\u0020page","items":[{"uid":"{{{Unknown}}}"}]},"items":[
        {"metadata":{"name":"ä","uid":"{{{First}}}","managedFields":[{"manager":"kubelet","operation":"Update","apiVersion":"v1","time":"2026-01-01T00:00:00Z","fieldsType":"FieldsV1",
        "fieldsV1":{"f:spec":{"k:{\"name\":\"web\"}":{".":{},"f:image":{} } } } }],"ownerReferences":[{"uid":"{{{Owner}}}","name":"web"}],"labels":{"of":"{{{Owner}}}","other":"{{{Unknown}}}"}},
        "spec":{"metadata":{"uid":"{{{Unknown}}}","managedFields":["{{{First}}}"]},"list":["{{{First}}}",1,null] } },
        {"metadata":{"name":"b"},"status":{"metadata":{"ownerReferences":[{"uid":"{{{Unknown}}}"}] } } }] }
        """;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public async Task A_page_is_read_in_parts_of_any_size(int size)
    {
        SourcePage page = await ReadAsync(Json, size);

        Assert.Equal(2, page.Count);
        Assert.Equal("next page", page.Continue);
        Assert.Equal([First, Owner], page.Uids);
        JsonObject expected = JsonNode.Parse(Json)!["items"]![0]!.AsObject();
        JsonArray fields = expected["metadata"]!["managedFields"]!.AsArray();
        JsonArray owners = page.ReadOwners(0).ToJson();
        Assert.True(JsonNode.DeepEquals(fields, owners), owners.ToJsonString());
        expected["metadata"]!["managedFields"] = new JsonArray();
        Assert.True(JsonNode.DeepEquals(expected, page.ReadDocument(0)));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Json)!["items"]![1], page.ReadDocument(1)));
        Assert.True(page.ReadOwners(1).IsEmpty);
    }

    [Fact]
    public async Task Known_identities_are_replaced_wherever_they_are()
    {
        SourcePage page = await ReadAsync(Json, 1000);
        CopiedIdentities.Replace(1, [page]);

        JsonObject item = page.ReadDocument(0);
        string first = (string)item["metadata"]!["uid"]!,
            owner = (string)item["metadata"]!["ownerReferences"]![0]!["uid"]!;
        Assert.NotEqual(First, first);
        Assert.NotEqual(Owner, owner);
        Assert.True(Guid.TryParse(first, out _));
        Assert.Equal(owner, (string?)item["metadata"]!["labels"]!["of"]);
        Assert.Equal(first, (string?)item["spec"]!["list"]![0]);
        Assert.Equal(Unknown, (string?)item["metadata"]!["labels"]!["other"]);
        Assert.Equal(Unknown, (string?)item["spec"]!["metadata"]!["uid"]);
        Assert.Equal(Unknown, (string?)page.ReadDocument(1)["status"]!["metadata"]!["ownerReferences"]![0]!["uid"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("""{"items":[{"metadata":{"name":"a"}}""")]
    public async Task An_answer_that_is_not_a_list_or_is_cut_short_is_refused(string answer) =>
        await Assert.ThrowsAnyAsync<JsonException>(async () => await ReadAsync(answer, 4));

    private static ValueTask<SourcePage> ReadAsync(string json, int size) =>
        SourcePage.ReadAsync(new PiecewiseStream(Encoding.UTF8.GetBytes(json), size), default);
}
