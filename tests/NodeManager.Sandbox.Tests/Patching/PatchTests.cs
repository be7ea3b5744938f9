using System.Text.Json.Nodes;
using NodeManager.Sandbox.Model.Patching;

namespace NodeManager.Sandbox.Tests.Patching;

public sealed class PatchTests
{
    [Theory]
    [InlineData("""{"a":1,"b":{"c":2,"d":3}}""", """{"a":null,"b":{"c":null,"e":4}}""", """{"b":{"d":3,"e":4}}""")]
    [InlineData("""{"a":[1,2]}""", """{"a":[3]}""", """{"a":[3]}""")]
    [InlineData("""{"a":"x"}""", """{"a":{"b":null,"c":1}}""", """{"a":{"c":1}}""")]
    public void A_merge_patch_merges_objects_and_replaces_the_rest(string target, string patch, string expected)
    {
        JsonObject document = Parse(target);
        MergePatch.Apply(document, Parse(patch));
        AssertSame(expected, document);
    }

    [Theory]
    [InlineData("""{"a":{"b":[1,2]}}""", """[{"op":"add","path":"/a/b/1","value":9}]""", """{"a":{"b":[1,9,2]}}""")]
    [InlineData("""{"a":{"b":[1,2]}}""", """[{"op":"add","path":"/a/b/-","value":9}]""", """{"a":{"b":[1,2,9]}}""")]
    [InlineData(
        """{"a":{"b":[1,2]}}""",
        """[{"op":"remove","path":"/a/b/0"},{"op":"replace","path":"/a/b/0","value":5}]""",
        """{"a":{"b":[5]}}"""
    )]
    [InlineData(
        """{"a":{"x/y":1,"m~n":2}}""",
        """[{"op":"remove","path":"/a/x~1y"},{"op":"replace","path":"/a/m~0n","value":3}]""",
        """{"a":{"m~n":3}}"""
    )]
    [InlineData("""{"a":1}""", """[{"op":"test","path":"/a","value":1},{"op":"move","from":"/a","path":"/b"}]""", """{"b":1}""")]
    [InlineData(
        """{"a":{"b":1}}""",
        """[{"op":"copy","from":"/a","path":"/c"},{"op":"replace","path":"/c/b","value":2}]""",
        """{"a":{"b":1},"c":{"b":2}}"""
    )]
    // The API's library sets what is to be replaced and is not there.
    [InlineData("""{"a":1}""", """[{"op":"replace","path":"/b","value":2}]""", """{"a":1,"b":2}""")]
    [InlineData(
        """{"a":1}""",
        """[{"op":"test","path":"/none","value":null},{"op":"add","path":"/b","value":null}]""",
        """{"a":1,"b":null}"""
    )]
    public void A_JSON_patch_applies_its_operations_in_order(string target, string patch, string expected) =>
        AssertSame(expected, JsonPatch.Apply(Parse(target), JsonNode.Parse(patch)!.AsArray()));

    [Theory]
    [InlineData("""[{"op":"test","path":"/a","value":2}]""")]
    [InlineData("""[{"op":"remove","path":"/none"}]""")]
    [InlineData("""[{"op":"replace","path":"/none/deep","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/none/deep","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/list/7","value":1}]""")]
    [InlineData("""[{"op":"remove","path":"/list/x"}]""")]
    [InlineData("""[{"op":"dance","path":"/a"}]""")]
    [InlineData("""[{"op":"move","path":"/b","from":"/none"}]""")]
    public void A_JSON_patch_that_cannot_be_applied_is_refused(string patch) =>
        Assert.Throws<PatchException>(() => JsonPatch.Apply(Parse("""{"a":1,"list":[1]}"""), JsonNode.Parse(patch)!.AsArray()));

    [Theory]
    // Conditions merge by type; the rest stays.
    [InlineData(
        "Pod",
        """{"status":{"conditions":[{"type":"Ready","status":"True"},{"type":"Disk","status":"False"}]}}""",
        """{"status":{"conditions":[{"type":"Ready","status":"False"},{"type":"New","status":"True"}]}}""",
        """{"status":{"conditions":[{"type":"Ready","status":"False"},{"type":"New","status":"True"},{"type":"Disk","status":"False"}]}}"""
    )]
    // Taints and tolerations are replaced whole.
    [InlineData(
        "Node",
        """{"spec":{"taints":[{"key":"a","effect":"NoSchedule"}]}}""",
        """{"spec":{"taints":[{"key":"b","effect":"NoExecute"}]}}""",
        """{"spec":{"taints":[{"key":"b","effect":"NoExecute"}]}}"""
    )]
    [InlineData(
        "Pod",
        """{"spec":{"tolerations":[{"key":"a"}]}}""",
        """{"spec":{"tolerations":[{"key":"b"}]}}""",
        """{"spec":{"tolerations":[{"key":"b"}]}}"""
    )]
    // Containers merge by name, and inside them env by name and ports by containerPort.
    [InlineData(
        "Pod",
        """{"spec":{"containers":[{"name":"a","image":"x","env":[{"name":"E","value":"1"}],"ports":[{"containerPort":80,"name":"http"}]},{"name":"b"}]}}""",
        """{"spec":{"containers":[{"name":"a","image":"y","env":[{"name":"F","value":"2"}],"ports":[{"containerPort":80,"protocol":"TCP"}]}]}}""",
        """{"spec":{"containers":[{"name":"a","image":"y","env":[{"name":"F","value":"2"},{"name":"E","value":"1"}],"ports":[{"containerPort":80,"name":"http","protocol":"TCP"}]},{"name":"b"}]}}"""
    )]
    // Service ports merge by port.
    [InlineData(
        "Service",
        """{"spec":{"ports":[{"port":80,"name":"http"}]}}""",
        """{"spec":{"ports":[{"port":443,"name":"https"}]}}""",
        """{"spec":{"ports":[{"port":443,"name":"https"},{"port":80,"name":"http"}]}}"""
    )]
    // Directives: delete an element, replace a list, replace and delete an object.
    [InlineData(
        "Pod",
        """{"spec":{"volumes":[{"name":"a"},{"name":"b"}]}}""",
        """{"spec":{"volumes":[{"name":"a","$patch":"delete"}]}}""",
        """{"spec":{"volumes":[{"name":"b"}]}}"""
    )]
    [InlineData(
        "Pod",
        """{"spec":{"volumes":[{"name":"a"},{"name":"b"}]}}""",
        """{"spec":{"volumes":[{"$patch":"replace"},{"name":"c"}]}}""",
        """{"spec":{"volumes":[{"name":"c"}]}}"""
    )]
    [InlineData("Node", """{"spec":{"a":{"x":1,"y":2}}}""", """{"spec":{"a":{"$patch":"replace","z":3}}}""", """{"spec":{"a":{"z":3}}}""")]
    [InlineData("Node", """{"spec":{"a":{"x":1},"b":1}}""", """{"spec":{"a":{"$patch":"delete"}}}""", """{"spec":{"b":1}}""")]
    // Only the named members of a union stay.
    [InlineData(
        "Deployment",
        """{"spec":{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}}}}""",
        """{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}}""",
        """{"spec":{"strategy":{"type":"Recreate"}}}"""
    )]
    // Finalizers are a set, with a directive of their own.
    [InlineData(
        "Pod",
        """{"metadata":{"finalizers":["a","b"]}}""",
        """{"metadata":{"finalizers":["b","c"]}}""",
        """{"metadata":{"finalizers":["a","b","c"]}}"""
    )]
    [InlineData(
        "Pod",
        """{"metadata":{"finalizers":["a","b"]}}""",
        """{"metadata":{"$deleteFromPrimitiveList/finalizers":["a"]}}""",
        """{"metadata":{"finalizers":["b"]}}"""
    )]
    [InlineData(
        "Namespace",
        """{"spec":{"finalizers":["kubernetes"]}}""",
        """{"spec":{"finalizers":["x"]}}""",
        """{"spec":{"finalizers":["x"]}}"""
    )]
    // Owners merge by UID, node addresses by type.
    [InlineData(
        "Pod",
        """{"metadata":{"ownerReferences":[{"uid":"1","name":"a"}]}}""",
        """{"metadata":{"ownerReferences":[{"uid":"2","name":"b"}]}}""",
        """{"metadata":{"ownerReferences":[{"uid":"2","name":"b"},{"uid":"1","name":"a"}]}}"""
    )]
    [InlineData(
        "Node",
        """{"status":{"addresses":[{"type":"InternalIP","address":"1"}]}}""",
        """{"status":{"addresses":[{"type":"InternalIP","address":"2"}]}}""",
        """{"status":{"addresses":[{"type":"InternalIP","address":"2"}]}}"""
    )]
    // A selector of a budget is one value, that of a service is many.
    [InlineData(
        "PodDisruptionBudget",
        """{"spec":{"selector":{"matchLabels":{"a":"1"}}}}""",
        """{"spec":{"selector":{"matchLabels":{"b":"2"}}}}""",
        """{"spec":{"selector":{"matchLabels":{"b":"2"}}}}"""
    )]
    [InlineData(
        "Service",
        """{"spec":{"selector":{"a":"1"}}}""",
        """{"spec":{"selector":{"b":"2"}}}""",
        """{"spec":{"selector":{"a":"1","b":"2"}}}"""
    )]
    // The order that the patch asks for.
    [InlineData(
        "Pod",
        """{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}""",
        """{"spec":{"$setElementOrder/containers":[{"name":"c"},{"name":"b"},{"name":"a"}],"containers":[{"name":"c"}]}}""",
        """{"spec":{"containers":[{"name":"c"},{"name":"b"},{"name":"a"}]}}"""
    )]
    // What it names comes as it names it; the rest stays before what it stood before.
    [InlineData(
        "ServiceAccount",
        """{"secrets":[{"name":"token"},{"name":"more"}]}""",
        """{"secrets":[{"name":"new"},{"name":"more"}]}""",
        """{"secrets":[{"name":"new"},{"name":"token"},{"name":"more"}]}"""
    )]
    [InlineData(
        "Pod",
        """{"spec":{"containers":[{"name":"a"},{"name":"b"},{"name":"c"}]}}""",
        """{"spec":{"$setElementOrder/containers":[{"name":"a"},{"name":"x"},{"name":"c"}],"containers":[{"name":"x"}]}}""",
        """{"spec":{"containers":[{"name":"a"},{"name":"x"},{"name":"b"},{"name":"c"}]}}"""
    )]
    [InlineData(
        "Pod",
        """{"metadata":{"finalizers":["a","b"]}}""",
        """{"metadata":{"finalizers":["c","a"]}}""",
        """{"metadata":{"finalizers":["c","a","b"]}}"""
    )]
    public void A_strategic_patch_merges_lists_by_their_keys(string type, string target, string patch, string expected)
    {
        JsonObject document = Parse(target);
        StrategicPatch.Apply(document, Parse(patch), type, 37);
        AssertSame(expected, document);
    }

    [Fact]
    public void Repeated_copies_in_a_JSON_patch_are_limited()
    {
        JsonObject target = new() { ["a"] = new string('x', 1_000_000) };
        JsonArray patch =
        [
            .. Enumerable.Range(0, 9000).Select(static i => JsonNode.Parse($$"""{"op":"copy","from":"/a","path":"/a{{i}}"}""")),
        ];

        Assert.Contains(
            "exceeding the limit",
            Assert.Throws<PatchException>(() => JsonPatch.Apply(target, patch)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_strategic_patch_without_the_merge_key_is_refused()
    {
        PatchException refusal = Assert.Throws<PatchException>(() =>
            StrategicPatch.Apply(Parse("""{"status":{}}"""), Parse("""{"status":{"conditions":[{"status":"True"}]}}"""), "Pod", 37)
        );
        Assert.Equal("map: map[status:True] does not contain declared merge key: type", refusal.Message);
    }

    // Each of these was found by comparing every element with every other one.
    [Theory]
    [InlineData("values")]
    [InlineData("order")]
    [InlineData("elements")]
    [InlineData("deletions")]
    public void Long_lists_are_merged_in_time_that_grows_as_their_length(string kind)
    {
        const int Count = 100_000;
        (string type, string list) = kind == "values" ? ("Pod", "finalizers") : ("ServiceAccount", "secrets");

        // Compared in pairs, they take several minutes; merged by their keys, a second on an idle machine.
        Assert.InRange(Merge(Count), 0, 90);

        double Merge(int count)
        {
            JsonArray Elements(string prefix) =>
                [
                    .. Enumerable
                        .Range(0, count)
                        .Select(i => kind == "values" ? (JsonNode)$"{prefix}{i}" : new JsonObject { ["name"] = $"{prefix}{i}" }),
                ];
            JsonObject target =
                kind == "values" ? new() { ["metadata"] = new JsonObject { [list] = Elements("a") } } : new() { [list] = Elements("a") };
            JsonObject change = new() { [list] = Elements(kind is "deletions" or "order" ? "a" : "b") };
            if (kind == "order")
                change = new()
                {
                    ["$setElementOrder/" + list] = new JsonArray([.. Elements("a").Reverse().Select(static one => one!.DeepClone())]),
                };
            if (kind == "deletions")
                foreach (JsonNode? one in change[list]!.AsArray())
                    one!["$patch"] = "delete";
            if (kind == "values")
                change = new() { ["metadata"] = change };
            long start = System.Diagnostics.Stopwatch.GetTimestamp();
            StrategicPatch.Apply(target, change, type, 37);
            return System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }

    private static JsonObject Parse(string text) => JsonNode.Parse(text)!.AsObject();

    private static void AssertSame(string expected, JsonObject actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), $"{actual.ToJsonString()} instead of {expected}");
}
