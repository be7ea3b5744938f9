using System.Text.Json.Nodes;

namespace NodeManager.Sandbox.Patching;

/// <summary>The <c>$setElementOrder</c> directive: elements that it names come in its order, others keep their places after what they followed.</summary>
internal static class ListOrder
{
    public static void Arrange(JsonObject target, string name, string owner, JsonArray order)
    {
        if (target[name] is not JsonArray list || MergeKeys.Of(owner, name) is not { } mergeKey) return;
        JsonNode?[] elements = [.. list];
        JsonNode?[] wanted = [.. order.Select(item => mergeKey == MergeKeys.Set ? item : (item as JsonObject)?[mergeKey])];
        int Rank(JsonNode? element) =>
            Array.FindIndex(wanted, id => JsonNode.DeepEquals(id, mergeKey == MergeKeys.Set ? element : (element as JsonObject)?[mergeKey]));

        var ranked = new List<(int Rank, JsonNode? Element)>();
        int last = -1;
        foreach (JsonNode? element in elements)
        {
            int rank = Rank(element);
            last = rank >= 0 ? rank : last;
            ranked.Add((last, element));
        }

        list.Clear();
        foreach ((_, JsonNode? element) in ranked.OrderBy(static pair => pair.Rank)) list.Add(element);
    }
}
