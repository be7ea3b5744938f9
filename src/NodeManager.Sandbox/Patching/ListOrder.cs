using System.Text.Json.Nodes;

namespace NodeManager.Sandbox.Patching;

/// <summary>The <c>$setElementOrder</c> directive: elements that it names come in its order, others keep their places after what they followed.</summary>
internal static class ListOrder
{
    /// <param name="target">Holds the list.</param>
    /// <param name="name">The list's.</param>
    /// <param name="mergeKey">By what its elements are told apart; empty for values; null where the list is not merged, and stays as it is.</param>
    /// <param name="order">The elements, or as much of them as tells them apart.</param>
    public static void Arrange(JsonObject target, string name, string? mergeKey, JsonArray order)
    {
        if (target[name] is not JsonArray list || mergeKey is null) return;
        JsonNode?[] elements = [.. list];
        JsonNode?[] wanted = [.. order.Select(item => mergeKey.Length == 0 ? item : (item as JsonObject)?[mergeKey])];
        int Rank(JsonNode? element) =>
            Array.FindIndex(wanted, id => JsonNode.DeepEquals(id, mergeKey.Length == 0 ? element : (element as JsonObject)?[mergeKey]));

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
