using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace NodeManager.Loading;

/// <summary>
/// Holds what the module uses and users never see, so that another module's version of a library meets neither ours nor us.
/// </summary>
internal sealed class PrivateLoadContext : AssemblyLoadContext
{
    private static readonly Lock Gate = new();
    private static PrivateLoadContext? s_instance;

    private readonly string[] _folders;

    // A package has the assemblies compiled for some platforms beside those that every platform can load.
    private PrivateLoadContext(string folder)
        : base("NodeManager") => _folders = [Path.Combine(folder, RuntimeInformation.RuntimeIdentifier), folder];

    /// <summary>
    /// Hooks in, once per process however many runspaces import. Stays for good: a runspace that ends does not say so, and the hook
    /// answers for the module's own assemblies only.
    /// </summary>
    public static void Install()
    {
        lock (Gate)
        {
            if (s_instance is not null)
                return;
            string home = Path.GetDirectoryName(typeof(PrivateLoadContext).Assembly.Location)!;
            SecondCopy.RefuseOutside(home);
            s_instance = new(Path.Combine(home, "lib"));
            Default.Resolving += (_, name) => IsOurs(name) ? s_instance.Load(name) : null;
        }
    }

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        // The same types on both sides of the border.
        if (assemblyName.Name == "NodeManager.Abstractions")
            return typeof(ClusterNode).Assembly;

        // Without the check a missing file would fall through to the default context, whose hook asks here again.
        string? path = Array.ConvertAll(_folders, folder => Path.Combine(folder, assemblyName.Name + ".dll")).FirstOrDefault(File.Exists);
        return path is null ? null : LoadFromAssemblyPath(path);
    }

    private static bool IsOurs(AssemblyName name) => name.Name?.StartsWith("NodeManager.", StringComparison.Ordinal) == true;
}
