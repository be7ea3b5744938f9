namespace NodeManager.Sandbox.Model.Patching;

/// <summary>The order of a merged list: patched elements in the patch's order, the others before the element that they preceded.</summary>
internal static class ListOrder
{
    /// <param name="mergeKey">Empty for lists of values.</param>
    /// <param name="order">The named elements or their keys.</param>
    public static void Arrange(JsonArray list, string mergeKey, JsonArray order, JsonArray live)
    {
        Dictionary<string, int> ordered = ElementKey.Places(order, mergeKey),
            former = ElementKey.Places(live, mergeKey);
        ILookup<bool, (JsonNode? Element, int Place)> parts = list.Select(element =>
                (Element: element, Place: ordered.GetValueOrDefault(ElementKey.Of(element, mergeKey), -1))
            )
            .OrderBy(static one => one.Place)
            .ToLookup(static one => one.Place >= 0);
        (JsonNode? Element, int Place)[] named = [.. parts[true]];
        if (named.Length == 0)
            return;
        var remaining = new Queue<(JsonNode? Element, int Place)>(
            parts[false].Select(one => (one.Element, Place(one.Element))).OrderBy(static one => one.Item2)
        );
        list.Clear();
        foreach ((JsonNode? element, _) in named)
        {
            int place = Place(element);
            while (remaining.TryPeek(out (JsonNode? Element, int Place) next) && place >= 0 && next.Place >= 0 && next.Place < place)
                list.Add(remaining.Dequeue().Element);
            list.Add(element);
        }

        foreach ((JsonNode? element, _) in remaining)
            list.Add(element);

        int Place(JsonNode? element) => former.GetValueOrDefault(ElementKey.Of(element, mergeKey), -1);
    }
}
