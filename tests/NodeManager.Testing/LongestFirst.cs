using System.Reflection;
using Xunit;
using Xunit.Abstractions;

namespace NodeManager.Testing;

/// <summary>Begins with the classes that say how long they take, the longest first: nothing is left to run beside a long one that begins late.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private const string OfClass = "Test collection for ";

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections)
    {
        ITestCollection[] collections = [.. testCollections];
        Dictionary<string, int> seconds = collections
            .Select(static one => one.TestAssembly.Assembly)
            .OfType<IReflectionAssemblyInfo>()
            .Take(1)
            .SelectMany(static one => one.Assembly.GetTypes())
            .Select(static type => (Name: NameOf(type), type.GetCustomAttribute<TakesAttribute>()?.Seconds))
            .Where(static one => one.Seconds is not null)
            .GroupBy(static one => one.Name, StringComparer.Ordinal)
            .ToDictionary(static of => of.Key, static of => of.Sum(static one => one.Seconds!.Value), StringComparer.Ordinal);
        return collections
            .OrderByDescending(one => seconds.GetValueOrDefault(one.DisplayName))
            .ThenBy(static one => one.DisplayName, StringComparer.Ordinal);
    }

    private static string NameOf(Type type) =>
        type.GetCustomAttributesData()
            .FirstOrDefault(static one => one.AttributeType == typeof(CollectionAttribute))
            ?.ConstructorArguments[0]
            .Value as string
        ?? OfClass + type.FullName;
}
