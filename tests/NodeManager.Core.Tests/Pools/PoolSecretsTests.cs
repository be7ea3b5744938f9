using System.Text.Json.Nodes;
using NodeManager.NodePools.Documents;
using NodeManager.NodePools.Updates.Records;

namespace NodeManager.Core.Tests.Pools;

public sealed class PoolSecretsTests
{
    private const string Secret = "#!/bin/sh\nexport TOKEN=hunter2";

    [Theory]
    [InlineData("""{"platform":{"aws":{"userData":"S","volumeSize":9}}}""", true)]
    [InlineData("""{"platform":{"aws":{"userData":{"script":"S"}}}}""", true)]
    [InlineData("""{"groups":[{"userData":"S"}]}""", true)]
    [InlineData("""{"platform":{"aws":{"userData":null}}}""", false)]
    [InlineData("""{"platform":{"aws":{"volumeSize":9}},"nodeCount":3}""", false)]
    public void Only_user_data_is_replaced_with_a_fingerprint(string json, bool isSealed)
    {
        JsonObject document = Parse(json),
            kept = PoolSecrets.Seal(document, "update-1");

        Assert.Equal(isSealed, PoolSecrets.IsSealed(kept));
        Assert.DoesNotContain("hunter2", kept.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(!isSealed, JsonNode.DeepEquals(document, kept));
        Assert.False(PoolSecrets.IsSealed(document));
        Assert.True(JsonNode.DeepEquals(kept, PoolSecrets.Seal(document, "update-1")));
        Assert.Equal(!isSealed, JsonNode.DeepEquals(kept, PoolSecrets.Seal(document, "update-2")));
    }

    [Fact]
    public void A_pool_service_update_is_stored_without_user_data()
    {
        string patch = Parse("""{"platform":{"aws":{"userData":"S","instanceType":"m5.xlarge"}}}""").ToJsonString();
        RollRecord record = new()
        {
            Id = "1",
            Pool = "workers",
            PoolUid = "u",
            By = "me",
            IsService = true,
            From = patch,
            To = patch,
        };

        RollRecord kept = record.Sealed();

        Assert.True(PoolSecrets.IsSealed(JsonNode.Parse(kept.To)) && PoolSecrets.IsSealed(JsonNode.Parse(kept.From!)));
        Assert.Contains("m5.xlarge", kept.To, StringComparison.Ordinal);
        Assert.Null((record with { From = null }).Sealed().From);
    }

    [Fact]
    public void A_difference_shows_only_the_length_of_user_data()
    {
        NodeFieldChange change = Assert.Single(
            PoolMerge.Differences(Parse("""{"platform":{"aws":{}}}"""), Parse("""{"platform":{"aws":{"userData":"S"}}}"""))
        );

        Assert.Equal(("spec.platform.aws.userData", null, $"({Secret.Length} characters)"), (change.Field, change.Before, change.After));
    }

    // S stands for the secret.
    private static JsonObject Parse(string json) =>
        JsonNode.Parse(json.Replace("\"S\"", JsonValue.Create(Secret).ToJsonString(), StringComparison.Ordinal))!.AsObject();
}
