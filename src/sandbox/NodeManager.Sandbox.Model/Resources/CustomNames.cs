namespace NodeManager.Sandbox.Model.Resources;

internal sealed record CustomNames(string Plural, string Singular, string Kind, string ListKind, string[] ShortNames, string[] Categories)
{
    public static CustomNames Read(JsonObject? names) =>
        new(
            names.Text("plural") ?? "",
            names.Text("singular") ?? "",
            names.Text("kind") ?? "",
            names.Text("listKind") ?? "",
            Texts(names.Array("shortNames")),
            Texts(names.Array("categories"))
        );

    public JsonObject ToJson()
    {
        var names = new JsonObject { ["plural"] = Plural };
        if (Singular.Length > 0)
            names["singular"] = Singular;
        if (ShortNames.Length > 0)
            names["shortNames"] = List(ShortNames);
        names["kind"] = Kind;
        if (ListKind.Length > 0)
            names["listKind"] = ListKind;
        if (Categories.Length > 0)
            names["categories"] = List(Categories);
        return names;
    }

    private static string[] Texts(JsonArray? list) => [.. (list ?? []).Select(static one => (string?)one ?? "")];

    private static JsonArray List(string[] texts) => new([.. texts.Select(static text => JsonValue.Create(text))]);
}
