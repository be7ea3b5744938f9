using System.Text.Json;
using NodeManager.Core.Machines;

[assembly: MachineProvider(typeof(NodeManager.SampleProvider.FolderProviderFactory))]

namespace NodeManager.SampleProvider;

/// <summary>Providers of type <c>example.com/folder</c>: each machine is a file in a folder.</summary>
public sealed class FolderProviderFactory : IMachineProviderFactory
{
    public string Type => "example.com/folder";

    public IReadOnlyList<MachineSecret> GetSecrets(JsonElement spec) => [MachineSecret.Require(spec, "TOKEN")];

    public IReadOnlyList<string> Validate(MachineProviderSettings settings) =>
        FolderOf(settings) is null ? ["spec.additionalSettings.folder.path must be set."] : [];

    public IMachineProvider Create(MachineProviderSettings settings) => new FolderProvider(settings, FolderOf(settings)!);

    private static string? FolderOf(MachineProviderSettings settings) =>
        settings.Spec.TryGetProperty("additionalSettings", out JsonElement further)
        && further.TryGetProperty("folder", out JsonElement folder)
        && folder.TryGetProperty("path", out JsonElement path)
            ? path.GetString()
            : null;
}
