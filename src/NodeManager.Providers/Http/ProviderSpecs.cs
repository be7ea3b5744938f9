using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using NodeManager.Core.Errors;
using NodeManager.Core.Machines;

namespace NodeManager.Providers.Http;

/// <summary>Reads the part of a NodeSmithProvider's spec that concerns a type.</summary>
internal static class ProviderSpecs
{
    /// <exception cref="JsonException">A value has the wrong type.</exception>
    public static T Read<T>(JsonElement spec, JsonTypeInfo<T> type)
        where T : new() => spec.Deserialize(type) ?? new();

    public static bool TryRead<T>(JsonElement spec, JsonTypeInfo<T> type, out T read, out string problem)
        where T : new()
    {
        try
        {
            (read, problem) = (Read(spec, type), "");
            return true;
        }
        catch (JsonException e)
        {
            (read, problem) = (new(), $"spec cannot be read at {e.Path}.");
            return false;
        }
    }

    /// <summary>The settings cannot be used.</summary>
    public static NodeManagerException Invalid(MachineProviderSettings settings, string problem, string action) =>
        new(ErrorIds.Invalid, ErrorKind.InvalidData, $"NodeSmithProvider {settings.Name}: {problem}", settings.Name, action);

    public static void CheckEndpoint(FieldProblems problems, string path, string endpoint) =>
        problems.Add(
            path,
            !(Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0),
            "endpoint must be a valid HTTP/HTTPS URL"
        );

    public static void CheckCertificates(FieldProblems problems, string path, string? bundle) =>
        problems.Add(
            $"{path}.caBundle",
            bundle is not null && (!Convert.TryFromBase64String(bundle, new byte[bundle.Length], out int length) || length == 0),
            "must be PEM certificates in base64"
        );
}
