// A store card signed with the certificates of the folder that is named first, written to the file that is named second.
const fs = require("node:fs");
const path = require("node:path");
const { PKPass } = require("passkit-generator");

const [folder, target] = process.argv.slice(2);
const read = (name) => fs.readFileSync(path.join(folder, name));
const pass = new PKPass(
  { "icon.png": read("icon.png"), "icon@2x.png": read("icon.png") },
  { wwdr: read("wwdr.pem"), signerCert: read("pass.pem"), signerKey: read("pass.key") },
  {
    formatVersion: 1,
    passTypeIdentifier: "pass.example.tests",
    teamIdentifier: "TEAM000000",
    serialNumber: "1",
    organizationName: "Lipa",
    description: "Lipa klub",
  },
);
pass.type = "storeCard";
pass.setBarcodes({ format: "PKBarcodeFormatQR", message: "1900000100000420", messageEncoding: "iso-8859-1" });
fs.writeFileSync(target, pass.getAsBuffer());
