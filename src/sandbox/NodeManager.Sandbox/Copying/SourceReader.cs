using System.Net;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;

namespace NodeManager.Sandbox.Copying;

/// <summary>Reads objects of a cluster with GET requests only.</summary>
internal sealed class SourceReader(KubernetesClient source)
{
    private const int PageSize = 500;

    /// <summary>The minor version of the source, or the nearest supported one.</summary>
    public async Task<int> ReadMinorAsync(CancellationToken cancellationToken)
    {
        string version = (await source.GetVersionAsync(cancellationToken)).GitVersion ?? "";
        string[] parts = version.TrimStart('v').Split('.', '-', '+');
        return parts is ["1", var minor, ..] && int.TryParse(minor, out int number) ? Math.Clamp(number, 20, 37) : 37;
    }

    /// <summary>Reads all copied kinds concurrently, and reports those that cannot be read.</summary>
    /// <exception cref="KubernetesException">A required kind is refused.</exception>
    public async Task<IReadOnlyDictionary<ResourceKind, SourceList>> ReadAllAsync(Action<string> warn, CancellationToken cancellationToken)
    {
        ServerCapabilities capabilities = await source.GetCapabilitiesAsync(cancellationToken);
        var reading = CopiedKinds
            .Required.Concat(CopiedKinds.Optional)
            .Select(kind => (Kind: kind, Items: ReadAsync(kind, capabilities, cancellationToken)))
            .ToList();
        var all = new Dictionary<ResourceKind, SourceList>();
        foreach ((ResourceKind kind, Task<SourceList> items) in reading)
        {
            try
            {
                all[kind] = await items;
            }
            catch (KubernetesException refusal)
                when (refusal.Code is HttpStatusCode.Forbidden or HttpStatusCode.NotFound && CopiedKinds.Optional.Contains(kind))
            {
                warn($"The copy has no {kind.Plural}: {refusal.Message}");
            }
        }

        return all;
    }

    /// <summary>Reads definitions and their objects concurrently, and reports those that cannot be read.</summary>
    public async Task<CopiedCustoms> ReadCustomsAsync(Action<string> warn, CancellationToken cancellationToken)
    {
        var objects = new Dictionary<(string, string), SourceList>();
        SourceList definitions;
        try
        {
            definitions = await ReadAsync("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", cancellationToken);
        }
        catch (KubernetesException refusal) when (IsRefused(refusal))
        {
            warn($"The copy has no custom resources: {refusal.Message}");
            return new(SourceList.Empty, objects);
        }

        var reading = definitions
            .Select(definitions.ReadDocument)
            .Select(definition => (Definition: definition, Items: ReadObjectsAsync(definition, cancellationToken)))
            .ToList();
        foreach ((JsonObject definition, Task<SourceList> items) in reading)
        {
            (string group, string plural) = (GroupOf(definition), PluralOf(definition));
            try
            {
                objects[(group, plural)] = await items;
            }
            catch (KubernetesException refusal) when (IsRefused(refusal))
            {
                warn($"The copy has no {plural}.{group}: {refusal.Message}");
            }
        }

        return new(definitions, objects);
    }

    private Task<SourceList> ReadObjectsAsync(JsonObject definition, CancellationToken cancellationToken)
    {
        JsonObject[] served = [.. definition.Object("spec").Objects("versions").Where(static one => one.Flag("served") == true)];
        string? version = (Array.Find(served, static one => one.Flag("storage") == true) ?? served.FirstOrDefault()).Text("name");
        return version is null
            ? Task.FromResult(SourceList.Empty)
            : ReadAsync($"/apis/{GroupOf(definition)}/{version}/{PluralOf(definition)}", cancellationToken);
    }

    private static string GroupOf(JsonObject definition) => definition.Object("spec").Text("group") ?? "";

    private static string PluralOf(JsonObject definition) => definition.Object("spec").Object("names").Text("plural") ?? "";

    // A failing conversion webhook of the source must not fail the copy.
    private static bool IsRefused(KubernetesException refusal) =>
        refusal.Code
            is HttpStatusCode.Forbidden
                or HttpStatusCode.NotFound
                or HttpStatusCode.InternalServerError
                or HttpStatusCode.ServiceUnavailable;

    private async Task<SourceList> ReadAsync(ResourceKind kind, ServerCapabilities capabilities, CancellationToken cancellationToken)
    {
        string version = kind == BuiltInKinds.PodDisruptionBudgets ? capabilities.BudgetVersion : kind.Versions[0].Name;
        return await ReadAsync(
            kind.Group.Length == 0 ? $"/api/{version}/{kind.Plural}" : $"/apis/{kind.Group}/{version}/{kind.Plural}",
            cancellationToken
        );
    }

    private async Task<SourceList> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(path, PageSize, cancellationToken);
        }
        catch (KubernetesException refusal) when (refusal.Code == HttpStatusCode.Gone)
        {
            // The continue token has expired; the list is read in one page.
            return await ReadAsync(path, 0, cancellationToken);
        }
    }

    private async Task<SourceList> ReadAsync(string path, int pageSize, CancellationToken cancellationToken)
    {
        List<SourcePage> pages = [];
        string next = "";
        do
        {
            string query =
                pageSize == 0 ? path : $"{path}?limit={pageSize}{(next.Length > 0 ? "&continue=" + Uri.EscapeDataString(next) : "")}";
            SourcePage page = await source.ReadAsync(query, SourcePage.ReadAsync, cancellationToken);
            pages.Add(page);
            next = page.Continue;
        } while (next.Length > 0);
        return new(pages);
    }
}
