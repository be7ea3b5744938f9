using System.Text.Json.Nodes;

namespace NodeManager.Sandbox.Model.Patching;

/// <summary>In which order the elements of a merged list come: those that a patch names as it names them, the others before what they stood before.</summary>
internal static class ListOrder
{
    /// <param name="list">Merged; is put in order.</param>
    /// <param name="mergeKey">By what its elements are told apart; empty for values.</param>
    /// <param name="order">The elements that are named, or as much of them as tells them apart.</param>
    /// <param name="live">The list as it was.</param>
    public static void Arrange(JsonArray list, string mergeKey, JsonArray order, JsonArray live)
    {
        (JsonNode? Element, int Place)[] named = Ranked(list, mergeKey, order, isNamed: true), others = Ranked(list, mergeKey, order, isNamed: false);
        if (named.Length == 0) return;
        var left = new Queue<(JsonNode? Element, int Place)>(others.Select(one => (one.Element, Find(live, mergeKey, one.Element))).OrderBy(static one => one.Item2));
        list.Clear();
        foreach ((JsonNode? element, _) in named)
        {
            int place = Find(live, mergeKey, element);
            while (left.TryPeek(out (JsonNode? Element, int Place) next) && place >= 0 && next.Place >= 0 && next.Place < place) list.Add(left.Dequeue().Element);
            list.Add(element);
        }

        foreach ((JsonNode? element, _) in left) list.Add(element);
    }

    private static (JsonNode? Element, int Place)[] Ranked(JsonArray list, string mergeKey, JsonArray order, bool isNamed) =>
    [
        .. list.Select(element => (Element: element, Place: Find(order, mergeKey, element))).Where(one => one.Place >= 0 == isNamed).OrderBy(static one => one.Place),
    ];

    private static int Find(JsonArray list, string mergeKey, JsonNode? element)
    {
        JsonNode? id = Id(element, mergeKey);
        for (int i = 0; i < list.Count; i++)
            if (JsonNode.DeepEquals(Id(list[i], mergeKey), id)) return i;
        return -1;
    }

    private static JsonNode? Id(JsonNode? element, string mergeKey) => mergeKey.Length == 0 ? element : (element as JsonObject)?[mergeKey];
}
