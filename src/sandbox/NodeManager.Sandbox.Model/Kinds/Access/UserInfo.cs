namespace NodeManager.Sandbox.Model.Kinds.Access;

/// <summary>An authenticated user. Source: authentication.k8s.io/v1 UserInfo.</summary>
internal sealed record UserInfo(string Name)
{
    /// <summary>The group that bypasses RBAC.</summary>
    public const string Masters = "system:masters";
    public const string Authenticated = "system:authenticated";
    public const string Unauthenticated = "system:unauthenticated";
    public const string Anonymous = "system:anonymous";

    private static readonly Dictionary<string, IReadOnlyList<string>> Nothing = [];

    public string Uid { get; init; } = "";

    public IReadOnlyList<string> Groups { get; init; } = [];

    public IReadOnlyDictionary<string, IReadOnlyList<string>> Extra { get; init; } = Nothing;

    /// <summary>The user of the session that started the cluster, and of its kubeconfig.</summary>
    public static UserInfo Administrator { get; } = new("sandbox-admin") { Groups = [Masters, Authenticated] };

    public bool IsMaster => Groups.Contains(Masters);

    public JsonObject ToJson()
    {
        var user = new JsonObject { ["username"] = Name };
        if (Uid.Length > 0)
            user["uid"] = Uid;
        if (Groups.Count > 0)
            user["groups"] = Texts(Groups);
        if (Extra.Count > 0)
            user["extra"] = new JsonObject(Extra.Select(static pair => KeyValuePair.Create(pair.Key, (JsonNode?)Texts(pair.Value))));
        return user;
    }

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(static text => JsonValue.Create(text))]);
}
