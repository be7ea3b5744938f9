using System.Reflection;
using NodeManager.Conformance.Harness;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer("NodeManager.Conformance.Harness." + nameof(LongestFirst), "Conformance.Tests")]

namespace NodeManager.Conformance.Harness;

/// <summary>How long the tests of a class take, one after another: about so many seconds on the real API server. Only where it is more than a minute.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class TakesAttribute(int seconds) : Attribute
{
    public int Seconds => seconds;
}

/// <summary>Starts what takes longest first: what is begun last would be waited for while nothing else is left to run.</summary>
internal sealed class LongestFirst : ITestCollectionOrderer
{
    private const string OfClass = "Test collection for ";

    private static readonly Dictionary<string, int> Seconds = typeof(LongestFirst)
        .Assembly.GetTypes()
        .Select(static type => (Name: NameOf(type), type.GetCustomAttribute<TakesAttribute>()?.Seconds))
        .Where(static one => one.Seconds is not null)
        .GroupBy(static one => one.Name, StringComparer.Ordinal)
        .ToDictionary(static of => of.Key, static of => of.Sum(static one => one.Seconds!.Value), StringComparer.Ordinal);

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections
            .OrderByDescending(static one => Seconds.GetValueOrDefault(one.DisplayName))
            .ThenBy(static one => one.DisplayName, StringComparer.Ordinal);

    private static string NameOf(Type type) =>
        type.GetCustomAttributesData()
            .FirstOrDefault(static one => one.AttributeType == typeof(CollectionAttribute))
            ?.ConstructorArguments[0]
            .Value as string
        ?? OfClass + type.FullName;
}
