namespace NodeManager.Sandbox.Api.Pods;

/// <summary>The files that ConfigMaps provide in a container.</summary>
internal sealed class PodFiles(DocumentStore store, string ns, JsonObject podSpec, JsonObject container)
{
    /// <summary>The current text of a file; null if it is not mounted.</summary>
    public string? Read(string path)
    {
        // The most specific mount hides the others.
        foreach (JsonObject mount in container.Objects("volumeMounts").OrderByDescending(one => one.Text("mountPath")?.Length))
        {
            string folder = (mount.Text("mountPath") ?? "").TrimEnd('/');
            if (path != folder && !path.StartsWith(folder + "/", StringComparison.Ordinal))
                continue;
            string below = path == folder ? "" : path[(folder.Length + 1)..];
            string file = string.Join('/', new[] { mount.Text("subPath") ?? "", below }.Where(part => part.Length > 0));
            JsonObject? volume = podSpec.Objects("volumes").FirstOrDefault(one => one.Text("name") == mount.Text("name"));
            return Sources(volume).Select(source => Read(source, file)).FirstOrDefault(text => text is not null);
        }

        return null;
    }

    private static IEnumerable<JsonObject> Sources(JsonObject? volume) =>
        volume.Object("configMap") is { } own
            ? [own]
            : volume.Object("projected").Objects("sources").Select(source => source.Object("configMap")).OfType<JsonObject>();

    private string? Read(JsonObject source, string file)
    {
        string? key = source.Array("items") is { Count: > 0 } items
            ? items.OfType<JsonObject>().FirstOrDefault(item => item.Text("path") == file).Text("key")
            : file;
        return key is null ? null : store.Get(BuiltInKinds.ConfigMaps, ns, source.Text("name") ?? "")?.ToJson().Object("data").Text(key);
    }
}
