// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

// Tokens that log what their standard does not, or nothing. `odd-tokens.json` is made of this file, see README.md.

abstract contract Logs {
  bytes32 constant TRANSFER = keccak256("Transfer(address,address,uint256)");
  bytes32 constant APPROVAL = keccak256("Approval(address,address,uint256)");
  bytes32 constant FOR_ALL = keccak256("ApprovalForAll(address,address,bool)");
  bytes32 constant SINGLE = keccak256("TransferSingle(address,address,address,uint256,uint256)");

  // Logs `words`, of which those are indexed whose bit is set in `mask`, from the lowest on.
  function emitLog(bytes32 signature, uint mask, uint[5] memory words, uint count) private {
    uint[3] memory topics; uint[5] memory data; uint t; uint d;
    for (uint i; i < count; i++) { if (mask >> i & 1 == 1) topics[t++] = words[i]; else data[d++] = words[i]; }
    assembly {
      let size := mul(d, 32)
      switch t
      case 0 { log1(data, size, signature) }
      case 1 { log2(data, size, signature, mload(topics)) }
      case 2 { log3(data, size, signature, mload(topics), mload(add(topics, 32))) }
      case 3 { log4(data, size, signature, mload(topics), mload(add(topics, 32)), mload(add(topics, 64))) }
    }
  }
  function w(address a) internal pure returns (uint) { return uint(uint160(a)); }
  function log3(bytes32 signature, uint mask, uint a, uint b, uint c) internal { emitLog(signature, mask, [a, b, c, 0, 0], 3); }
  function log5(bytes32 signature, uint mask, uint a, uint b, uint c, uint d, uint e) internal { emitLog(signature, mask, [a, b, c, d, e], 5); }
}

// ERC-20
contract Units is Logs {
  mapping(address => uint) public balanceOf; mapping(address => mapping(address => uint)) public allowance;
  function decimals() public pure returns (uint8) { return 18; }
  function mint(address a, uint v) public { balanceOf[a] += v; }
  function spend(address o, uint v) internal { allowance[o][msg.sender] -= v; }
  function move_(address f, address t, uint v) internal { balanceOf[f] -= v; balanceOf[t] += v; }
  function send(uint mask, address t, uint v) public { move_(msg.sender, t, v); log3(TRANSFER, mask, w(msg.sender), w(t), v); }
  function sendQuietly(address t, uint v) public { move_(msg.sender, t, v); }
  function sendWithFee(address t, uint v) public { move_(msg.sender, t, v); balanceOf[t] -= 1; log3(TRANSFER, 3, w(msg.sender), w(t), v); }
  function sendAsSingle(address t, uint v) public { move_(msg.sender, t, v); log5(SINGLE, 7, w(msg.sender), w(msg.sender), w(t), 1, v); }
  function sendOf(address victim, address t, uint v) public { move_(victim, t, v); log3(TRANSFER, 3, w(msg.sender), w(t), v); }
  function sayOnly(uint mask, address f, address t, uint v) public { log3(TRANSFER, mask, w(f), w(t), v); }
  function allow(uint mask, address s, uint v) public { allowance[msg.sender][s] = v; log3(APPROVAL, mask, w(msg.sender), w(s), v); }
  function allowQuietly(address s, uint v) public { allowance[msg.sender][s] = v; }
  function allowAndSay(address s, uint v, uint said) public { allowance[msg.sender][s] = v; log3(APPROVAL, 3, w(msg.sender), w(s), said); }
  function decreaseAllowance(address s, uint v) public { allowance[msg.sender][s] -= v; }
  function transferFrom(address f, address t, uint v) public { spend(f, v); move_(f, t, v); log3(TRANSFER, 3, w(f), w(t), v); }
  function transferFromAndCall(address f, address t, uint v) public { transferFrom(f, t, v); }
  function burnFrom(address f, uint v) public { spend(f, v); balanceOf[f] -= v; log3(TRANSFER, 3, w(f), 0, v); }
  function redeem(uint v, address, address o) public { spend(o, v); balanceOf[o] -= v; log3(TRANSFER, 3, w(o), 0, v); }
  function withdraw(uint v, address, address o) public { redeem(v, o, o); }
  function zap(uint v, bytes32, address o) public { spend(o, v); balanceOf[o] -= v; }
}

// ERC-721
contract Ones is Logs {
  mapping(uint => address) owners; mapping(address => uint) public balanceOf; mapping(uint => address) public getApproved;
  mapping(address => mapping(address => bool)) public isApprovedForAll;
  function decimals() public pure returns (uint8) { return 0; }
  function ownerOf(uint id) public view returns (address) { require(owners[id] != address(0)); return owners[id]; }
  function move_(address t, uint id) internal { address f = owners[id]; delete getApproved[id]; if (f != address(0)) balanceOf[f]--; if (t != address(0)) balanceOf[t]++; owners[id] = t; }
  function mint(address t, uint id) public { move_(t, id); }
  function send(uint mask, address t, uint id) public { address f = owners[id]; move_(t, id); log3(TRANSFER, mask, w(f), w(t), id); }
  function sendQuietly(address t, uint id) public { move_(t, id); }
  function sendAndSay(address t, uint id, uint said) public { address f = owners[id]; move_(t, id); log3(TRANSFER, 7, w(f), w(t), said); }
  function sendAsOf(address said, address t, uint id) public { move_(t, id); log3(TRANSFER, 7, w(said), w(t), id); }
  function allow(uint mask, address s, uint id) public { getApproved[id] = s; log3(APPROVAL, mask, w(owners[id]), w(s), id); }
  function allowQuietly(address s, uint id) public { getApproved[id] = s; }
  function allowAll(uint mask, address s, bool all) public { isApprovedForAll[msg.sender][s] = all; log3(FOR_ALL, mask, w(msg.sender), w(s), all ? 1 : 0); }
  function allowAllQuietly(address s) public { isApprovedForAll[msg.sender][s] = true; }
}

// As `Ones`, but who has nothing is at the zero address, and nothing counts.
contract Zeros is Logs {
  mapping(uint => address) public ownerOf;
  function mint(address t, uint id) public { ownerOf[id] = t; }
  function send(uint mask, address t, uint id) public { address f = ownerOf[id]; ownerOf[id] = t; log3(TRANSFER, mask, w(f), w(t), id); }
}

// ERC-1155
contract Many is Logs {
  mapping(uint => mapping(address => uint)) balances;
  event TransferBatch(address operator, address indexed from, address indexed to, uint256[] ids, uint256[] values);
  function balanceOf(address a, uint id) public view returns (uint) { return balances[id][a]; }
  function mint(address a, uint id, uint v) public { balances[id][a] += v; }
  function sendQuietly(address t, uint id, uint v) public { balances[id][msg.sender] -= v; balances[id][t] += v; }
  function send(uint mask, address t, uint id, uint v) public { sendQuietly(t, id, v); log5(SINGLE, mask, w(address(this)), w(msg.sender), w(t), id, v); }
  function sendAll(address t, uint[] calldata ids, uint[] calldata values) public { for (uint i; i < ids.length; i++) sendQuietly(t, ids[i], values[i]); emit TransferBatch(address(this), msg.sender, t, ids, values); }
}

// Units that look like tokens one by one: `ownerOf` follows the amount that is sent.
contract Wolf is Units {
  mapping(uint => address) public ownerOf;
  function mark(address a, uint id) public { ownerOf[id] = a; }
  function sendMarked(address t, uint v) public { move_(msg.sender, t, v); ownerOf[v] = t; log3(TRANSFER, 7, w(msg.sender), w(t), v); }
}

// Keeps its balances in another contract.
contract Ledger { mapping(address => uint) public units; function set(address a, uint v) public { units[a] = v; } }
contract Apart {
  Ledger ledger;
  function open() public { ledger = new Ledger(); }
  function balanceOf(address a) public view returns (uint) { return ledger.units(a); }
  function mint(address a, uint v) public { ledger.set(a, balanceOf(a) + v); }
  function sendQuietly(address t, uint v) public { ledger.set(msg.sender, balanceOf(msg.sender) - v); mint(t, v); }
}

// Wraps ether, and logs nothing.
contract Wrapper {
  mapping(address => uint) public balanceOf;
  function deposit() public payable { balanceOf[msg.sender] += msg.value; }
  function withdraw(uint v) public { balanceOf[msg.sender] -= v; payable(msg.sender).transfer(v); }
}

// Allowances as in Permit2.
contract Through {
  struct Allowed { uint160 amount; uint48 expiration; uint48 nonce; }
  mapping(address => mapping(address => mapping(address => Allowed))) public allowance;
  function approve(address token, address s, uint160 v, uint48 until) public { allowance[msg.sender][token][s] = Allowed(v, until, 0); }
  function take(address o, address token, uint160 v) public { allowance[o][token][msg.sender].amount -= v; }
}

// Calls on behalf of its caller.
contract Agent { function run(address to, bytes calldata data) public { (bool ok,) = to.call(data); require(ok); } }

