// swift-tools-version: 6.2
import PackageDescription

/// The rules that every Swift target is held to.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "nataudit",
    products: [
        .executable(name: "nataudit", targets: ["nataudit"]),
        .library(name: "NatAudit", targets: ["NatAudit"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
    ],
    targets: [
        // The wall: everything that is C stays below NetlinkBridge.
        .systemLibrary(
            name: "CMnl",
            path: "Sources/NetlinkBridge/CMnl",
            pkgConfig: "libmnl",
            providers: [.apt(["libmnl-dev"])]
        ),
        .systemLibrary(
            name: "CNftnl",
            path: "Sources/NetlinkBridge/CNftnl",
            pkgConfig: "libnftnl",
            providers: [.apt(["libnftnl-dev"])]
        ),
        .target(
            name: "CShims",
            path: "Sources/NetlinkBridge/CShims",
            cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]
        ),
        .target(
            name: "NetlinkBridge",
            dependencies: ["CMnl", "CNftnl", "CShims"],
            exclude: ["CMnl", "CNftnl", "CShims"],
            swiftSettings: strict
        ),
        .target(name: "NatAudit", dependencies: ["NetlinkBridge"], swiftSettings: strict),
        .executableTarget(
            name: "nataudit",
            dependencies: [
                "NatAudit", "NetlinkBridge",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "NetlinkBridgeTests",
            dependencies: ["NetlinkBridge"],
            resources: [.copy("Fixtures")],
            swiftSettings: strict
        ),
        .testTarget(
            name: "NatAuditTests",
            dependencies: ["NatAudit", "NetlinkBridge"],
            resources: [.copy("Fixtures")],
            swiftSettings: strict
        ),
        .testTarget(
            name: "KernelTests",
            dependencies: ["NatAudit", "NetlinkBridge", "nataudit"],
            resources: [.copy("Fixtures")],
            swiftSettings: strict
        ),
    ]
)
